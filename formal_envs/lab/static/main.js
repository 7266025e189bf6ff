// The page's start: views register themselves, the router shows them.

import { takeToken } from "./api.js";
import { listen } from "./help.js";
import { start } from "./router.js";
import "./try/view.js";
import "./runs/view.js";

takeToken();
listen();
start(document.getElementById("main"));

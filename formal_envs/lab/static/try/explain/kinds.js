// Explanations by their kind: each module here shows one, and says what ends it.

import { chain } from "./chain.js";
import { game } from "./game.js";
import { parsed } from "./parsed.js";
import { words } from "./words.js";

const KINDS = { chain, game, parsed, words };

/**
 * What is shown of an answer's explanation: {element, end}, or null where there is none.
 * @param answer of the score
 * @param asked the request that it answers
 */
export function explanationOf(answer, asked) {
  const show = answer.explanation && KINDS[answer.explanation.kind];
  return show ? show(answer.explanation, { answer, asked }) : null;
}

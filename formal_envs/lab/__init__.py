"""A page to see why a completion was given its score: ``formal-envs lab``. It needs the extra serve.

``forms`` says what can be chosen, ``trying`` what is found out of a completion, ``explain`` what each task
has to say of a score, ``bench`` the process in which all of that runs; ``app`` has the routes, ``static`` the page.
"""

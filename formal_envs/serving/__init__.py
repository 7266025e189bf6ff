"""Rewards as a server: texts in, scores out, for trainers on other machines. It needs the extra serve.

``app`` has the routes and ``create_app``, which others add theirs to; ``gate`` says who may ask; ``served`` what can be
asked for, and ``scoring`` has the processes that score it. The stack is Starlette and uvicorn: what FastAPI adds to
Starlette, models of bodies and a page about them, would only be in the way of a bound on each body before it is read,
and FastAPI's own applications can be mounted all the same.
"""

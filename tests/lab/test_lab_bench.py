"""The process in which texts are tried is replaced, however it ends; a question that ends it is lost alone."""

import os
import signal
import threading
import time
from contextlib import closing

import bench_answers
import pytest

from formal_envs.lab.bench import Bench, Unanswered

pytestmark = pytest.mark.process


@pytest.fixture
def bench():
    with closing(Bench(bench_answers.answer, seconds=60)) as bench:
        yield bench


def test_questions_are_answered_by_one_other_process(bench):
    answers = [bench.ask({"do": "echo", "say": n}) for n in range(5)]
    assert [answer["said"] for answer in answers] == [0, 1, 2, 3, 4]
    assert {answer["pid"] for answer in answers} == {bench.pid} != {os.getpid()}


@pytest.mark.parametrize(("do", "why"), [("exit", "exit status 3"), ("kill", "SIGKILL"), ("raise", "exit status 1")])
def test_a_question_that_ends_it_is_told_how_and_the_next_is_answered(bench, do, why):
    with pytest.raises(Unanswered, match=why):
        bench.ask({"do": do})
    assert bench.ask({"do": "echo", "say": "after"})["said"] == "after"


def test_a_question_that_takes_too_long_is_given_up():
    with closing(Bench(bench_answers.answer, seconds=0.2)) as bench:
        first = bench.ask({"do": "echo", "say": 1})["pid"]
        with pytest.raises(Unanswered, match=r"no answer within 0\.2 s"):
            bench.ask({"do": "hang"})
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)
        assert bench.pid is None


def test_a_process_that_is_killed_in_the_middle_loses_its_question_alone(bench):
    bench.ask({"do": "echo", "say": 1})
    killer = threading.Timer(0.3, lambda: os.kill(bench.pid, signal.SIGKILL))
    killer.start()
    with pytest.raises(Unanswered, match="SIGKILL"):
        bench.ask({"do": "hang"})
    killer.join()
    assert bench.ask({"do": "echo", "say": 2})["said"] == 2


def test_no_more_wait_than_may(bench):
    bench.ask({"do": "echo", "say": 1})
    refused = []

    def hang():
        try:
            bench.ask({"do": "hang"})
        except Unanswered as error:
            refused.append(str(error))

    threads = [threading.Thread(target=hang, daemon=True) for _ in range(9)]
    for thread in threads:
        thread.start()
    while not refused:
        time.sleep(0.05)
    assert refused == ["too many questions wait: ask again"]
    while any(thread.is_alive() for thread in threads):
        if pid := bench.pid:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)

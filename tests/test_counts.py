import time
from threading import Thread

from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from forms import counts


def test_so_many_posts_of_each_client_go_through_in_a_window():
    limiter, limit = FixedWindowRateLimiter(storage_from_string(counts.HERE)), parse("2 per hour")
    assert [limiter.hit(limit, "one") for _ in range(3)] == [True, True, False]
    assert limiter.hit(limit, "another")
    assert not limiter.test(limit, "one")
    limiter.clear(limit, "one")
    assert limiter.get_window_stats(limit, "one").remaining == 2


def test_a_window_that_is_over_counts_for_nothing_and_is_forgotten():
    storage = counts.ProcessStorage()
    assert [storage.incr("over", 0), storage.incr("over", 0), storage.get("over")] == [1, 1, 0]
    storage.sweep_at = 0
    assert storage.incr("new", 3600) == 1
    assert list(storage.counts) == ["new"]


def test_a_clock_that_is_set_back_limits_nobody_for_longer(monkeypatch):
    storage, now = counts.ProcessStorage(), time.time()
    storage.incr("one", 60)
    monkeypatch.setattr(time, "time", lambda: now - 86400)
    assert (storage.get("one"), storage.get_expiry("one")) == (0, now - 86400)
    assert [storage.incr("one", 60), storage.incr("one", 60)] == [1, 2]
    assert storage.get_expiry("one") == now - 86400 + 60
    assert storage.sweep_at < now


def test_more_clients_than_fit_are_all_forgotten(monkeypatch):
    monkeypatch.setattr(counts, "LARGEST", 3)
    storage = counts.ProcessStorage()
    assert [storage.incr(key, 3600) for key in "aabccd"] == [1, 2, 1, 1, 2, 1]
    assert sorted(storage.counts) == ["d"]


def test_posts_at_the_same_time_are_all_counted():
    storage = counts.ProcessStorage()
    threads = [Thread(target=lambda: [storage.incr("one", 3600) for _ in range(1000)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert storage.get("one") == 8000

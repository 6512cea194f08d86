from datetime import date
from itertools import pairwise

from forms.timeline import FIRST, LABEL, LAST, timeline


def test_dates_stand_in_proportion_between_first_and_last():
    line = timeline(date(2017, 3, 31), date(2017, 9, 12), date(2018, 3, 31), date(2018, 9, 12))
    assert (line.until, line.wrong) == (FIRST, LAST)
    assert line.until < line.ordered < line.new_end
    assert line.new_end - line.until == line.wrong - line.ordered
    assert [year for year, _, _ in line.years] == [2018]
    assert not line.crowded


def test_an_order_before_the_end_stands_before_it():
    line = timeline(date(2026, 12, 31), date(2026, 1, 1), date(2027, 12, 31), date(2027, 1, 1))
    assert (line.ordered, line.new_end) == (FIRST, LAST)


def test_what_the_day_of_the_order_does_not_change_has_no_wrong_end():
    assert timeline(date(2017, 3, 31), date(2017, 3, 31), date(2018, 3, 31), date(2018, 3, 31)).wrong is None


def test_pairs_far_from_each_other_are_crowded_and_numbers_of_years_keep_apart():
    line = timeline(date(1990, 1, 1), date(2100, 12, 31), date(1991, 1, 1), date(2101, 12, 31))
    assert line.crowded
    assert line.new_end - line.until < LABEL
    written = [x for _, x, is_written in line.years if is_written]
    assert len(written) > 3
    assert all(later - earlier > 40 for earlier, later in pairwise(written))


def test_no_number_of_a_year_stands_where_a_stem_goes_down():
    line = timeline(date(2017, 3, 31), date(2018, 1, 31), date(2018, 3, 31), date(2019, 1, 31))
    assert [year for year, _, is_written in line.years if is_written] == []

import json
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import pytest

from forms.extension import extend

CASES = json.loads(Path(__file__).with_name("extension_cases.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['until']}+{case['years']}")
def test_the_new_end_counts_from_the_last_paid_day(case):
    extension = extend(date.fromisoformat(case["until"]), date.fromisoformat(case["ordered"]), case["years"])
    assert extension.new_end.isoformat() == case["new_end"]
    assert extension.years_needed == case["years_needed"]


def test_years_needed_is_the_fewest_that_reach_the_day_of_the_order():
    for until in (date(2014, 2, 28), date(2016, 2, 29), date(2014, 12, 31)):
        for ordered in (date(2016, 2, 29), date(2017, 2, 28), date(2018, 1, 1), date(2020, 2, 29)):
            needed = extend(until, ordered).years_needed
            assert extend(until, ordered, needed).new_end >= ordered
            assert needed == 1 or extend(until, ordered, needed - 1).new_end < ordered


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['until']}+{case['years']}")
def test_the_calculator_answers_without_javascript(client, case):
    page = client.get("/en/forms/extension/", query_string={k: case[k] for k in ("until", "ordered", "years")})
    new_end = date.fromisoformat(case["new_end"])
    assert f"{new_end.day}\xa0{new_end:%B}\xa0{new_end.year}" in page.text
    assert ('class="past"' in page.text) == (case["new_end"] < case["ordered"])


def test_the_calculator_says_what_is_missing_and_keeps_what_was_typed(client):
    page = client.get("/formulare/prodlouzeni/?until=31.3.2017&years=0")
    assert page.status_code == 422
    assert 'value="31.3.2017"' in page.text
    assert page.text.count('aria-invalid="true"') == 2


def test_the_answer_leads_to_the_price_list_filled_in(client):
    page = client.get("/formulare/prodlouzeni/?until=2017-03-31").text
    link = page.split('href="/formulare/cenik/?')[1].split('"')[0].replace("&amp;", "&")
    filled = client.get(f"/formulare/cenik/?{link}").text
    assert 'value="2017-03-31"' in filled
    assert " checked " in filled


def test_a_query_of_somebody_else_is_no_question(client):
    assert client.get("/formulare/prodlouzeni/?utm_source=x").status_code == 200


def test_a_year_past_the_calendar_is_no_error(client):
    assert client.get("/formulare/prodlouzeni/?until=9999-12-31&years=1").status_code == 422


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['until']}+{case['years']}")
def test_the_answer_is_also_drawn_with_the_visitors_own_dates(client, case):
    page = client.get("/formulare/prodlouzeni/", query_string={k: case[k] for k in ("until", "ordered", "years")}).text
    start = page.index('<svg class="years"')
    drawing = ET.fromstring(page[start : page.index("</svg>", start) + 6])  # noqa: S314 - our own drawing
    for name in ("until", "ordered", "new_end"):
        day = date.fromisoformat(case[name])
        assert f"{day.day}.\xa0{day.month}.\xa0{day.year}" in [text.text for text in drawing.iter("text")]
    assert drawing.get("aria-label").startswith("Časová osa: zaplaceno do")

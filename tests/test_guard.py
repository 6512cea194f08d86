import pytest
from werkzeug.datastructures import Headers

from forms.guard import Source, client_id, source, suspicions

SITE = "https://podpora.example.cz"


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, Source.OWN),
        ({"Sec-Fetch-Site": "none"}, Source.OWN),
        ({"Sec-Fetch-Site": "same-site"}, Source.FOREIGN),
        ({"Sec-Fetch-Site": "cross-site"}, Source.FOREIGN),
        ({"Sec-Fetch-Site": "cross-site", "Origin": SITE}, Source.FOREIGN),
        ({"Origin": SITE}, Source.OWN),
        ({"Origin": "HTTPS://Podpora.Example.CZ"}, Source.OWN),
        ({"Origin": "https://podpora.example.cz.evil.example"}, Source.FOREIGN),
        ({"Origin": "http://podpora.example.cz"}, Source.FOREIGN),
        ({"Origin": "null"}, Source.UNKNOWN),
        ({}, Source.UNKNOWN),
        ({"Referer": SITE + "/kontakt/"}, Source.UNKNOWN),
    ],
)
def test_where_a_post_comes_from(headers, verdict):
    assert source(Headers(headers), SITE) is verdict


@pytest.mark.parametrize(
    ("answers", "honeypot", "reasons"),
    [
        ({"name": "Jiří", "message": "Viz https://example.cz/log a www.example.cz"}, "", ()),
        ({"name": "李", "message": "Dobrý den, prosím o pomoc."}, "", ()),
        ({"name": "Jiří"}, "http://x.example", ("honeypot",)),
        ({"name": "Click http://x.example"}, "", ("link_in_name",)),
        ({"name": "A", "message": "<a href=x>http://a http://b</a>"}, "", ("markup", "links")),
        ({"name": "A", "message": "http://a http://b http://c http://d http://e http://f"}, "", ("links",)),
    ],
)
def test_what_looks_like_spam_and_why(answers, honeypot, reasons):
    assert suspicions(answers, honeypot) == reasons


def test_a_client_is_counted_without_its_address():
    assert client_id("192.0.2.1", "key") == client_id("192.0.2.1", "key") != client_id("192.0.2.2", "key")
    assert client_id("192.0.2.1", "key") != client_id("192.0.2.1", "another key")
    assert (
        client_id("2001:db8::1", "key") == client_id("2001:db8::ffff:1", "key") != client_id("2001:db8:0:1::1", "key")
    )
    assert client_id("fe80::1%eth0", "key") == client_id("fe80::2%eth0", "key")
    assert "192.0.2.1" not in client_id("192.0.2.1", "key")


def test_an_ipv4_client_is_the_same_one_by_a_socket_for_both_kinds():
    assert client_id("::ffff:192.0.2.1", "key") == client_id("192.0.2.1", "key")
    assert client_id("::ffff:192.0.2.1", "key") != client_id("::ffff:192.0.2.2", "key")

"""Structured data (schema.org, JSON-LD): who we are, the newest version, where a page stands, what a release says."""

from typing import Any

from pelican import signals

SCHEMA = "https://schema.org"
Data = dict[str, Any]


def organization(facts: Data) -> Data:
    """Return the vendor; the other items refer to it by its @id."""
    root = facts["ORIGIN"] + facts["SITEURL"] + "/"
    return {
        "@context": SCHEMA,
        "@type": "Organization",
        "@id": f"{root}#organization",
        "name": facts["VENDOR"],
        "url": root,
    }


def software(facts: Data, lang: str) -> Data:
    """Return the product with its newest version, if one is out."""
    root = facts["ORIGIN"] + facts["SITEURL"]
    data = {
        "@context": SCHEMA,
        "@type": "SoftwareApplication",
        "name": facts["SITENAME"],
        "applicationCategory": "BusinessApplication",
        "publisher": {"@id": organization(facts)["@id"]},
    }
    if newest := facts["NEWEST"]:
        address = newest["address"].get(lang) or next(iter(newest["address"].values()))
        data |= {
            "softwareVersion": newest["version"],
            "dateModified": newest["date"].isoformat(),
            "releaseNotes": root + address,
        }
    return data


def breadcrumbs(facts: Data, *steps: tuple[str, str]) -> Data:
    """Return the way from the home page, as (name, address) steps."""
    root = facts["ORIGIN"] + facts["SITEURL"]
    items = [
        {"@type": "ListItem", "position": position, "name": name, "item": root + address}
        for position, (name, address) in enumerate(steps, 1)
    ]
    return {"@context": SCHEMA, "@type": "BreadcrumbList", "itemListElement": items}


def news_article(facts: Data, note: Any) -> Data:
    """Return a release or notice as a news article."""
    root, vendor = facts["ORIGIN"] + facts["SITEURL"], {"@id": organization(facts)["@id"]}
    return {
        "@context": SCHEMA,
        "@type": "NewsArticle",
        "headline": note.title,
        "description": note.description,
        "datePublished": note.date.isoformat(),
        "dateModified": note.date.isoformat(),
        "inLanguage": note.lang,
        "mainEntityOfPage": root + note.address,
        "image": [root + facts["ASSETS"]["img/og.png"]],
        "author": vendor,
        "publisher": vendor,
    }


def home_step(facts: Data, lang: str) -> tuple[str, str]:
    """Return the first step of every way."""
    return facts["SITENAME"], facts["ADDRESSES"]["home"][lang]


def news_step(facts: Data, lang: str) -> tuple[str, str]:
    """Return the step to the list of news."""
    return facts["TEXTS"][lang]["menu"]["news"], facts["ADDRESSES"]["news"][lang]


def describe_page(generator: Any, content: Any) -> None:
    """Put the structured data of the page that is about to be written into the context."""
    facts = generator.context
    own = software(facts, content.lang)
    if content.key != "home":
        own = breadcrumbs(facts, home_step(facts, content.lang), (content.title, content.address))
    facts["jsonld"] = [organization(facts), own]


def describe_article(generator: Any, content: Any) -> None:
    """The same for a note."""
    facts, step = generator.context, (content.title, content.address)
    way = breadcrumbs(facts, home_step(facts, content.lang), news_step(facts, content.lang), step)
    facts["jsonld"] = [organization(facts), way, news_article(facts, content)]


def register() -> None:
    """Describe each page and note just before it is written."""
    signals.page_generator_write_page.connect(describe_page)
    signals.article_generator_write_article.connect(describe_article)

"""The brief as a reader fetches it: one click on the page of a place, and a file that says it."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader


@pytest.mark.parametrize(
    ("language", "link"),
    [
        ("es", "Resumen para imprimir o enviar (dos páginas, PDF)"),
        ("en", "Brief to print or send (two pages, PDF)"),
    ],
)
def test_the_file_says_what_the_screen_says(visit, language: str, link: str) -> None:
    one = visit()
    page = one.page
    page.goto(f"{one.address}/municipality?place=05901&lang={language}")
    page.locator(".in-words p").first.wait_for()
    # The first brief of a server loads the libraries that set it.
    with page.expect_download(timeout=90_000) as fetched:
        page.get_by_role("link", name=link).click()
        status = page.locator("p.brief [role=status]")
        # Said at once, to who sees and to who hears.
        expect(status).to_have_text(re.compile("componiendo|typeset"), timeout=1_000)
    expect(status).to_have_text(re.compile("descargas|downloads"))
    assert fetched.value.suggested_filename == f"brief-05901-{language}.pdf"
    sheets = PdfReader(BytesIO(Path(fetched.value.path()).read_bytes())).pages
    assert len(sheets) == 2
    on_paper = " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())
    on_screen = [" ".join(said.split()) for said in page.locator(".in-words p").all_inner_texts()]
    coverage = page.locator("section.coverage p").all_inner_texts()
    assert len(on_screen) > 1
    assert [said for said in [*on_screen, *coverage] if said not in on_paper] == []

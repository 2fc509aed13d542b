"""Scripts that part no words by spaces: clauses and blocks are known again by their letters."""

import pytest

from policies.redline import compare

from .test_redline_moves import clauses, compared, told

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            ("数据保留", "我们会保留您的数据三十天，然后删除。"),
            ("资料保存期限", "我们会保留您的资料六十天，然后删除。"),
        ),
        (
            ("保存期間", "当社はお客様の注文情報を六年間保存し、その後削除します。"),
            ("データの保管", "当社はお客様の注文情報を十年間保管し、その後削除します。"),
        ),
        (
            ("การเก็บรักษา", "เราเก็บข้อมูลของคุณไว้สามสิบวันแล้วลบทิ้ง"),
            ("ระยะเวลา", "เราเก็บข้อมูลของคุณไว้หกสิบวันแล้วลบทิ้ง"),
        ),
    ],
)
def test_a_renamed_heading_does_not_tear_its_section_apart(
    old: tuple[str, str], new: tuple[str, str]
) -> None:
    found = compared(clauses(old), clauses(new))

    assert [change.operation for change in found.places] == ["modify", "modify"]
    assert found.size.clauses == 1


def test_sections_that_say_other_things_are_not_the_same() -> None:
    old = clauses(("数据保留", "我们会保留您的数据三十天，然后删除。"))
    new = clauses(("联系方式", "如果您有任何问题，请写信给我们的办公室。"))

    assert [kind for kind, _text in told(compared(old, new))] == ["delete", "delete", "insert", "insert"]


def test_a_short_sentence_that_moved_and_was_edited_is_a_move() -> None:
    sentence = "当社は注文の情報を{}年間保存いたします。"
    assert len(sentence.format("六")) < 24
    first, second = (
        ("保存", "記録は安全な場所に置かれています。"),
        ("権利", "いつでも写しを求めることができます。"),
    )
    old = clauses((first[0], f"{first[1]}\n\n{sentence.format('六')}"), second)
    new = clauses(first, (second[0], f"{second[1]}\n\n{sentence.format('十')}"))

    found = compared(old, new)

    assert told(found) == [
        ("origin", sentence.format("六")),
        ("move", sentence.format("六十")),
    ]
    assert (found.size.words_added, found.size.words_removed) == (1, 1)


def test_a_formula_that_stands_elsewhere_too_did_not_move() -> None:
    old, new = (
        clauses(("保存", "記録。\n\n詳しくは。"), ("権利", "写し。"), ("連絡", "詳しくは。")),
        clauses(("保存", "記録。"), ("権利", "写し。\n\n詳しくは。"), ("連絡", "詳しくは。")),
    )

    assert "move" not in [kind for kind, _text in told(compared(old, new))]


def test_a_short_paragraph_that_keeps_its_first_sentence_stays_the_same_paragraph() -> None:
    kept = "本政策说明我们如何收集和使用您的个人信息。"
    new = "除非法律另有规定，所有订单资料都由独立的服务商在欧盟境内长期妥善保管并定期备份。"

    (change,) = compare(f"<p>{kept}我们会保存三十天。</p>", f"<p>{kept}{new}</p>").places

    assert change.operation == "modify"
    assert change.spans[0] == ("=", kept)

"""The shorthand grammar: what it takes, and what it says of the rest."""

import pytest
from twin import EVENT, NAMES, NOW, Case, Twin

CASES = {
    **{
        text: Case([*NAMES, "--log-events", f"timestamp={NOW},{text}"])
        for text in (
            "message=plain",
            "message=two words",
            "message=hello, world",
            "message=a,b",
            'message="b c"',
            "message='a, b'",
            "message=a\\,b",
            "message=a\\b\\\\c",
            "message='it\\'s'",
            'message="say \\"hi\\" \\\\ and \\n"',
            "message='line\nfeed'",
            "message='  blanks  '",
            "message=  blanks  ",
            "message = spaced",
            "message=it's",
            "message=a]b",
            "message=a}b",
            "message=]a",
            "message=}a",
            "message=hi 😀",
            "message='hi 😀'",
            "message=é€",
            "message=[info] x",
            "message=[a,b]",
            "message=[]",
            'message={"a":1}',
            "message={a=1,b=[c,d]}",
            "message={}",
            "message=",
            'message=""',
            "message=k=v",
            "message=http://x/?a=1",
            "message==x",
            "message=a\\",
            "message=a\tb",
            "message=a\x07b",
            'message="unclosed',
            "message='closed' behind",
            "message='a','b'",
            "message=a,'b'",
            "message=a,b=c",
            "message=a,]b",
            "message=a,[b",
            "message=a,",
            "message=a, ",
            ",message=a",
            "message=a,message=b",
            "message=a,timestamp=1",
            "message=a\n,message=b\n",
            "level=high",
            "Message=a",
            "message=a,level=high",
            "=x",
            "message",
            "mess age=a",
            "m@ssage=a",
            "message=[a",
            "message={a=1",
            "message={a}",
            "message=[a b]",
            "message=[[a],{b=c}]",
        )
    },
    **{
        f"timestamp {text}": Case([*NAMES, "--log-events", f"timestamp={text},message=a"])
        for text in (
            "abc",
            "1.5",
            "0x10",
            "",
            "-1",
            " 12 ",
            "+12",
            "1_000",
            "١٢",
            "[1]",
            "1e3",
            "2015-06-01T00:00:00Z",
            "'5'",
        )
    },
    **{
        f"one word: {text}": Case([*NAMES, "--log-events", text])
        for text in (
            "hello",
            "-",
            "",
            " ",
            f" timestamp={NOW},message=a",
            "5",
            "null",
            '"x"',
            "a" * 90,
            f"message=x,timestamp={NOW}",
        )
    },
    "the second word is JSON": Case([*NAMES, "--log-events", EVENT, '{"timestamp": 1, "message": "a"}']),
    "the second word is wrong": Case([*NAMES, "--log-events", EVENT, "word"]),
    "an entity": Case(
        [*NAMES, "--log-events", EVENT, "--entity", "keyAttributes={Type=Service,Name=n},attributes={a=b}"]
    ),
    "an entity with a list": Case([*NAMES, "--log-events", EVENT, "--entity", "keyAttributes=[a]"]),
    "an entity that is none": Case([*NAMES, "--log-events", EVENT, "--entity", "Service"]),
    "an entity without members": Case([*NAMES, "--log-events", EVENT, "--entity", "attributes={}"]),
    "a caret in the line where it belongs": Case(
        [*NAMES, "--log-events", "timestamp=1,\nmessage=a=b'c,\nlast=1"],
        told=" timestamp=1,\nmessage=a=b'c,\n           ^\nlast=1",
    ),
    "a caret under the second of two": Case(
        [*NAMES, "--log-events", "timestamp=1,message=a,timestamp=2"],
        told='Second instance of key "timestamp" encountered for input:\ntimestamp=1,message=a,timestamp=2\n'
        "                      ^\n"
        'This is often because there is a preceding "," instead of a space.',
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_shorthand_as_in_aws(case: Case, twin: Twin) -> None:
    twin.assert_equal(case)

"""Which overlaps of hand-made kernels become permissions of the planner."""

from __future__ import annotations

from support_unit import LoweredText, function_of

from lowering.arena.blocks import Permission
from lowering.live_ranges import problem_of

Rows = tuple[str, int, int]


class Text(LoweredText):
    """Kernels with overlaps, and what the planner is asked."""

    def overlapping_call(self, output: Rows, *inputs: Rows, overlaps: str) -> None:
        self.call(output, *inputs)
        self.lines[-1] += f" overlaps [{overlaps}]"

    def permissions(self) -> set[tuple[str, str, int | None]]:
        """Permissions by the names of their buffers, without `_bytes`."""
        problem = problem_of(function_of(self.module()))
        names = [b.result.name_hint.removesuffix("_bytes") for b in problem.buffers]
        return {(names[p.writer], names[p.reader], p.trail) for p in problem.overlaps}


def overlap(output_row: int, input_row: int, how: str, input_: int = 0) -> str:
    return f"#tsbuf.overlap<out 0 row {output_row}, in {input_} row {input_row}, {how}>"


def one_call(how: str, **ports: str) -> Text:
    """Row b from row a; `ports` gives buffers of the arena a port."""
    text = Text()
    for name in ("a", "b"):
        text.tensor(name, 1, port=ports.get(name))
    if "a" not in ports:
        text.call(("a", 0, 1))
    text.overlapping_call(("b", 0, 1), ("a", 0, 1), overlaps=overlap(0, 0, how))
    return text


def test_a_dying_row_may_be_written_over() -> None:
    assert one_call("trail 6").permissions() == {("b", "a", 6)}
    assert one_call("same").permissions() == {("b", "a", None)}


def test_the_problem_counts_blocks_like_buffers() -> None:
    problem = problem_of(function_of(one_call("trail 6").module()))
    assert problem.overlaps == (Permission(1, 0, 6),)
    assert len(problem.blocks) == len(problem.buffers) == 2


def test_a_dying_input_may_be_written_over_but_no_output() -> None:
    assert one_call("same", a="input").permissions() == {("b", "a", None)}
    assert one_call("same", b="output").permissions() == {("b", "a", None)}
    text = one_call("same", a="output")
    text.lines.insert(-1, text.lines[-1])
    assert text.permissions() == set()
    assert one_call("same", b="input").permissions() == set()


def test_not_if_the_row_is_read_later_or_the_writer_was_there() -> None:
    text = one_call("same")
    text.call(("b", 0, 1), ("a", 0, 1))
    assert text.permissions() == set()
    text = Text()
    text.tensor("a", 1)
    text.tensor("b", 2)
    text.call(("a", 0, 1))
    text.call(("b", 0, 1))
    text.overlapping_call(("b", 1, 2), ("a", 0, 1), overlaps=overlap(1, 0, "same"))
    assert text.permissions() == set()


def test_not_for_memory_of_the_caller_nor_a_buffer_over_itself() -> None:
    text = Text()
    text.tensor("x", 1, port="input", external=True)
    text.tensor("a", 2)
    text.overlapping_call(("a", 0, 1), ("x", 0, 1), overlaps=overlap(0, 0, "same"))
    text.overlapping_call(("a", 0, 1), ("a", 1, 2), overlaps=overlap(0, 1, "same"))
    assert text.permissions() == set()


def test_rows_of_a_table_are_buffers_of_their_own() -> None:
    text = Text()
    for name in ("top", "bottom", "next"):
        text.buffer(name, 1)
    text.table("a", 2, ("top", 0), ("bottom", 1))
    text.table("b", 1, ("next", 0))
    text.call(("a", 0, 2))
    text.overlapping_call(
        ("b", 0, 1),
        ("a", 0, 2),
        overlaps=f"{overlap(0, 0, 'same')}, {overlap(0, 1, 'trail 4')}",
    )
    text.call(("a", 1, 2), ("a", 1, 2))
    assert text.permissions() == {("next", "top", None)}


def two_rows(*overlaps: str) -> set[tuple[int | None, ...]]:
    """What is permitted for a buffer of two rows over another."""
    text = Text()
    text.tensor("a", 2)
    text.tensor("b", 2)
    text.call(("a", 0, 2))
    text.overlapping_call(("b", 0, 2), ("a", 0, 2), overlaps=", ".join(overlaps))
    return {item[2:] for item in text.permissions()}


def test_ways_for_one_pair_of_rows_are_alternatives() -> None:
    first = [overlap(0, 0, how) for how in ("trail 8", "trail 4", "same")]
    assert two_rows(*first[:2]) == {(4,)}
    assert two_rows(*first) == {(4,), (None,)}


def test_what_different_rows_ask_for_must_all_hold() -> None:
    assert two_rows(overlap(0, 0, "trail 4"), overlap(1, 1, "trail 8")) == {(8,)}
    assert two_rows(overlap(0, 0, "same"), overlap(1, 1, "same")) == {(None,)}
    assert two_rows(overlap(0, 0, "same"), overlap(1, 1, "trail 4")) == set()
    assert two_rows(overlap(0, 0, "same"), overlap(1, 1, "trail 0")) == {(None,)}

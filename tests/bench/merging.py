"""What becomes of a thousand pairs of offline edits: words lost and questions asked, beside the last writer winning."""

from __future__ import annotations

from tests.support.edits import OTHERS, PAIRS, SEED, table, tally

HEADING = "## Two offline edits of one text"


def markdown(count: int = PAIRS, seed: int = SEED) -> str:
    """The section of docs/benchmarks.md. No clock is involved: the figures are the same on every machine."""
    found = tally(count, seed)
    others = [found[kind] for kind in OTHERS]
    needless = sum(row.asked for row in others) / sum(row.pairs for row in others)
    return (
        f"{count:,} pairs of edits from `tests/support/edits.py` (seed {seed}), Swedish and English, in texts of up to"
        f" twenty sentences; most pairs have one to three more edits a side elsewhere in the text. *Asks*: pairs in which"
        f" somebody has to choose between wordings. Among the pairs where nobody touched what the other touched,"
        f" {needless:.1%} ask (target: at most 2 %).\n\n{table(found)}"
    )

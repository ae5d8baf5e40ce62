"""Stages of other systems in the words of ours."""

from fairway.deals.rules.states import DealState

_WORDS: dict[str, DealState] = {
    "prospecting": DealState.QUALIFIED, "qualification": DealState.QUALIFIED, "qualified": DealState.QUALIFIED,
    "discovery": DealState.QUALIFIED, "needs analysis": DealState.QUALIFIED, "new": DealState.QUALIFIED,
    "value proposition": DealState.PROPOSAL, "id decision makers": DealState.PROPOSAL,
    "perception analysis": DealState.PROPOSAL, "proposal": DealState.PROPOSAL, "proposal quote": DealState.PROPOSAL,
    "proposal price quote": DealState.PROPOSAL, "quote": DealState.PROPOSAL, "demo": DealState.PROPOSAL,
    "negotiation": DealState.NEGOTIATION, "negotiation review": DealState.NEGOTIATION,
    "contract": DealState.NEGOTIATION, "closed won": DealState.WON, "won": DealState.WON,
    "closed lost": DealState.LOST, "lost": DealState.LOST, "closed": DealState.LOST,
}  # fmt: skip


def state_of(stage: str) -> DealState | None:
    """Our state for a stage as it stands in a file; None when its word is not known."""
    plain = " ".join("".join(letter if letter.isalnum() else " " for letter in stage.casefold()).split())
    return _WORDS.get(plain)

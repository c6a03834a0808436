"""Which mechanisms go with which outcomes: counts, strength, certainty, and the sentences behind each link.

`find_links` makes a `Network` from tagged documents. For a corpus that grows, or that several machines share,
`count` each document, add the `Counts`, and make the network with `Network.from_counts`. What counts as a mention or a
claim is decided in `policyloom.network.counting` alone. `policyloom.export` writes a network for people and programs.
"""

from policyloom.network.compare import Comparison, compare
from policyloom.network.counts import Counts, DocumentCounts, count, sum_counts
from policyloom.network.evidence import SentenceEvidence, find_evidence
from policyloom.network.find import find_links
from policyloom.network.links import LinkOptions
from policyloom.network.network import Network
from policyloom.network.pairs import PairCounts, PairDocuments
from policyloom.network.peers import compare_with_peers, held_against_peers, tell_stress
from policyloom.network.storage import load_network, save_network

__all__ = [
    "Comparison",
    "Counts",
    "DocumentCounts",
    "LinkOptions",
    "Network",
    "PairCounts",
    "PairDocuments",
    "SentenceEvidence",
    "compare",
    "compare_with_peers",
    "count",
    "find_evidence",
    "find_links",
    "held_against_peers",
    "load_network",
    "save_network",
    "sum_counts",
    "tell_stress",
]

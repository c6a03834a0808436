"""What goes with what, how strongly, how surely, and where it says so.

`find_links` makes a `Network` from tagged documents. For a corpus that grows, or that several machines share,
`count` each document, add the `Counts`, and make the network with `Network.from_counts`.
"""

from policyloom.network.compare import Comparison, compare
from policyloom.network.counts import Counts, DocumentCounts, count, sum_counts
from policyloom.network.evidence import SentenceEvidence, find_evidence
from policyloom.network.find import find_links
from policyloom.network.formats import load_network, write_network
from policyloom.network.links import LinkOptions
from policyloom.network.network import Network, PairCounts

__all__ = [
    "Comparison",
    "Counts",
    "DocumentCounts",
    "LinkOptions",
    "Network",
    "PairCounts",
    "SentenceEvidence",
    "compare",
    "count",
    "find_evidence",
    "find_links",
    "load_network",
    "sum_counts",
    "write_network",
]

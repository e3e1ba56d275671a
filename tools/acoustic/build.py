"""Puts a trained network and its settings into a model folder; `ivr models graph` gives it its words.

    python -m tools.acoustic.build hi.pt audio/models/hi

The letter rules (`letters.yaml`) are written by hand and stay as they are.
"""

import argparse
from pathlib import Path

import torch

from ivr.speech.graph.build import PHONES
from ivr.speech.graph.phones import write_phones
from tools.acoustic import export, features, phones
from tools.acoustic.network import SUBSAMPLING, Network

# With wider beams odd audio exploded the lattice: seconds of CPU for one result.
MODEL_CONF = f"""--acoustic-scale=1.0
--frame-subsampling-factor={SUBSAMPLING}
--frames-per-chunk=30
--beam=11.0
--max-active=2000
--lattice-beam=3.0
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=1.0
--endpoint.rule4.min-trailing-silence=2.0
"""


def build(trained: Path, folder: Path) -> None:
    """Write am/ and conf/ of the model in `folder`."""
    state = torch.load(trained)
    inventory = phones.inventory(state["lang"])
    network = Network(len(inventory), state["width"])
    network.load_state_dict(state["network"])
    for part in ("am", "conf"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "am/final.mdl").write_bytes(export.model(network.eval(), len(inventory)))
    (folder / "conf/mfcc.conf").write_text(features.CONF, encoding="utf-8")
    (folder / "conf/model.conf").write_text(MODEL_CONF, encoding="utf-8")
    costs = [[-float(p) for p in row] for row in state["bigram"].log()]
    costs[0][0] = float("inf")  # silence does not follow silence
    write_phones(folder / PHONES, inventory, costs)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write am/ and conf/ of a model folder.")
    parser.add_argument("trained", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    build(args.trained, args.folder)


if __name__ == "__main__":
    main()

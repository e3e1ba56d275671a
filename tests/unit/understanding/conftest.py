"""Small grammars of the tests' own, so that these tests say what the engine does, not what the real data holds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.core.data import data_dir
from ivr.understanding.catalogue import Catalogue
from ivr.understanding.grammars import Grammars
from ivr.understanding.understand import Understander

Files = dict[str, Any]

SERVICES: Files = {
    "income_certificate": {
        "department": "revenue",
        "name": "Income certificate",
        "outcome": "link",
        "sms": "service_link",
    },
    "income_certificate_duplicate": {"department": "revenue", "name": "Income certificate copy", "outcome": "link"},
    "ration_card_new": {"department": "supply", "name": "New ration card", "outcome": "link"},
    "ration_card_duplicate": {"department": "supply", "name": "Ration card copy", "outcome": "link"},
    "ration_card_status": {"department": "supply", "name": "Ration card status", "outcome": "status"},
    "street_light_repair": {
        "department": "municipal",
        "name": "Street light not working",
        "outcome": "ticket",
        "ask": ["place"],
        "deadline_hours": {"value": 48, "source": "a charter", "date": "2026-11", "assumed": False},
    },
    "ambulance": {"department": "health", "name": "Ambulance", "outcome": "emergency"},
}

HINDI: Files = {
    "language.yaml": {
        "id": "hi",
        "name": "हिंदी",
        "english": "Hindi",
        "espeak": "hi",
        "language_names": {"hi": ["हिंदी"], "te": ["तेलुगु", "तेलुगु भाषा"]},
        "fold": {
            "letters": [["़", ""], ["[शष]", "स"]],
            "words": {"आधार कार्ड": ["आधार"], "चाहिए": ["चाही"], "प्रमाण पत्र": ["सर्टिफिकेट"], "गया": ["गइल"]},
        },
        "fillers": ["जी", "हैलो", "सुनिए", "भाई साहब", "हमको", "मुझे"],
        "postpositions": ["का", "की", "के", "में", "से"],
        "auxiliaries": ["है", "हो"],
        "case_endings": ["में", "से", "वाला"],
        "place_words": ["जिला", "जिले", "रहते", "हैं", "हम"],
        "cancel": ["नहीं नहीं", "मतलब"],
    },
    "rules.yaml": {
        "rules": {
            "want": "(चाहिए|बनवाना है)",
            "lost": "(खो गया|गिर गया|फट गया)",
            "again": "दोबारा",
        }
    },
    "services/all.yaml": {
        "income_certificate": {
            "name": "आय प्रमाण पत्र",
            "say": "राशन कार्ड और आधार लगता है।",
            "phrases": ["[नया] (आय|आमदनी) [का] प्रमाण पत्र [<want>]"],
        },
        "income_certificate_duplicate": {
            "name": "आय प्रमाण पत्र की दूसरी कॉपी",
            "say": "पुराना नंबर दीजिए।",
            "phrases": ["आय प्रमाण पत्र <lost> [<again> <want>]", "आय प्रमाण पत्र की दूसरी कॉपी"],
        },
        "ration_card_new": {"name": "नया राशन कार्ड", "say": "फॉर्म भरिए।", "phrases": ["[नया] राशन कार्ड <want>"]},
        "ration_card_duplicate": {
            "name": "राशन कार्ड की दूसरी कॉपी",
            "say": "फॉर्म भरिए।",
            "phrases": ["राशन कार्ड <lost>", "राशन कार्ड <again> (निकालना|निकलवाना) है"],
        },
        "ration_card_status": {
            "name": "राशन कार्ड की स्थिति",
            "say": "नंबर दीजिए।",
            "phrases": ["राशन कार्ड (की स्थिति|का स्टेटस)", "राशन कार्ड [अभी तक] नहीं (बना|आया)"],
        },
        "street_light_repair": {
            "name": "स्ट्रीट लाइट",
            "say": "ठीक होगी।",
            "phrases": ["(स्ट्रीट लाइट|खंभे की बत्ती) (खराब है|बंद है|नहीं जलती)"],
        },
        "ambulance": {"name": "एंबुलेंस", "say": "एक सौ आठ।", "phrases": ["एंबुलेंस (चाहिए|भेजिए)"]},
    },
    "yes_no.yaml": {
        "yes": ["हाँ [जी]", "सही है", "ठीक है"],
        "no": ["नहीं [जी]", "गलत है"],
        "unclear": ["हम्म", "पता नहीं", "शायद"],
    },
    "commands.yaml": {
        "operator": ["(आदमी|ऑपरेटर) से बात (करनी|कराइए)"],
        "repeat": ["फिर से (बोलिए|बताइए)"],
        "change_language": ["भाषा बदलनी है"],
    },
    "emergency.yaml": {
        "any": {"unless": ["साल पहले", "मुआवजा"], "now": ["अभी", "जल्दी"]},
        "fire": {"phrases": ["आग लग गई", "घर जल रहा"], "not": ["आग बुझाने की मशीन"]},
        "ambulance": {"phrases": ["एंबुलेंस भेजिए", "खून बह रहा"], "not": ["एंबुलेंस (योजना|नौकरी)"]},
    },
}

TELUGU: Files = {
    "language.yaml": {
        "id": "te",
        "name": "తెలుగు",
        "language_names": {"te": ["తెలుగు", "తెలుగులో"], "hi": ["హిందీ"]},
        "fold": {"letters": [["(?<=.)్$", "ు"]], "words": {"కావాలి": ["కావాలె"]}},
        "fillers": ["అండి", "నాకు"],
        "case_endings": ["లో", "కి", "ను"],
        "place_words": ["జిల్లా", "మాది"],
        "cancel": ["కాదు కాదు"],
    },
    "services/all.yaml": {
        "income_certificate": {
            "name": "ఆదాయ పత్రం",
            "say": "ఆధార్ కావాలి.",
            "phrases": ["ఆదాయ (సర్టిఫికెట్|ధృవీకరణ పత్రం) [కావాలి]"],
        },
        "ration_card_new": {"name": "కొత్త రేషన్ కార్డు", "say": "ఫారం.", "phrases": ["[కొత్త] రేషన్ కార్డు కావాలి"]},
        "street_light_repair": {"name": "వీధి దీపం", "say": "సరే.", "phrases": ["వీధి (దీపం|లైటు) వెలగడం లేదు"]},
    },
    "yes_no.yaml": {"yes": ["అవును", "సరే"], "no": ["కాదు", "వద్దు"], "unclear": ["ఏమో"]},
}

PLACES: Files = {
    "Barabanki": {"state": "UP", "hi": ["बाराबंकी"], "te": ["బారాబంకీ"]},
    "Lucknow": {"state": "UP", "hi": ["लखनऊ", "नखलऊ"], "te": ["లక్నో"]},
    "Lakhimpur Kheri": {"state": "UP", "hi": ["लखीमपुर खीरी", "खीरी"], "te": ["లఖీంపూర్ ఖీరీ"]},
    "Gaya": {"state": "BR", "hi": ["गया"], "te": ["గయా"]},
    "Guntur": {"state": "AP", "hi": ["गुंटूर"], "te": ["గుంటూరు"]},
}

WriteGrammars = Callable[..., Path]


def write_grammars(folder: Path, **changed: Files) -> Path:
    """The tests' grammars in `folder`; `changed` replaces whole files: hi={"rules.yaml": ...}."""
    scripts = data_dir("grammars") / "scripts.yaml"
    (folder / "scripts.yaml").write_text(scripts.read_text(encoding="utf-8"), encoding="utf-8")
    _dump(folder / "services.yaml", SERVICES)
    _dump(folder / "places.yaml", PLACES)
    for lang, files in (("hi", HINDI), ("te", TELUGU)):
        for name, data in {**files, **changed.get(lang, {})}.items():
            _dump(folder / lang / name, data)
    return folder


def _dump(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


@pytest.fixture(scope="session")
def grammars_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_grammars(tmp_path_factory.mktemp("grammars"))


@pytest.fixture(scope="session")
def grammars(grammars_dir: Path) -> Grammars:
    return Grammars.load(grammars_dir)


@pytest.fixture(scope="session")
def understander(grammars_dir: Path, grammars: Grammars) -> Understander:
    return Understander(grammars, Catalogue.load(grammars_dir))

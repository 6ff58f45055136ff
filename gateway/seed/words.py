"""The words that sample data is made of."""

FIRST_NAMES = (
    "Mara", "Jonas", "Amina", "Théo", "Ingrid", "Luca", "Noor", "Felix", "Zofia", "Mateo", "Hana", "Emil",
    "Leïla", "Oskar", "Priya", "Ruben", "Saoirse", "Tomás", "Wanda", "Yusuf",
)  # fmt: skip
LAST_NAMES = (
    "Lindqvist", "Okafor", "Brandt", "Moreau", "Kowalska", "Rossi", "Haddad", "Nakamura", "Silva", "Petersen",
    "Novák", "Walsh", "Fischer", "Adeyemi", "Jansen", "Costa", "Berg", "Dubois", "Murphy",
)  # fmt: skip
CITIES = ("Hamburg", "Lyon", "Gdańsk", "Porto", "Turku", "Cork", "Graz", "Utrecht", "Bergen", "Bologna")
SEASONS = ("spring", "summer", "autumn", "winter")
MOTIFS = ("tulips", "lighthouse", "dunes", "lanterns", "first-snow", "harvest", "regatta", "fireflies", "orchard", "aurora")
CAMPAIGNS = ("birthday-club", "new-year-greetings", "loyalty-2026", "grand-opening", "thank-you", "season-tickets")
COMPANIES = ("Nordlicht Papier", "Atelier Moreau", "Harbour & Sons", "Kobalt Print", "Verde Gifts", "Polaris Events")
COLOURS = (
    ((24, 61, 97), (241, 196, 148)), ((92, 28, 61), (250, 214, 165)), ((12, 74, 62), (198, 231, 190)),
    ((61, 44, 97), (226, 190, 230)), ((120, 53, 15), (254, 240, 188)), ((15, 52, 96), (151, 206, 228)),
    ((84, 20, 20), (245, 183, 160)), ((33, 37, 41), (206, 212, 218)),
)  # fmt: skip
SENTENCES = (
    "The colours are to be matched to the printed sample before the run begins.",
    "Delivery is free of charge from five hundred cards on.",
    "Corrections after approval are made at the price of a new design.",
    "Both parties keep what they learn of each other to themselves.",
    "The envelope is chosen by the recipient's country.",
    "Cards that come back are counted and made again once.",
    "The first proof is ready within three working days.",
    "Names are printed as they stand in the list, accents included.",
)

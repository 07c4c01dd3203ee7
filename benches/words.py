"""Words and hand-written paragraphs from which `texts.py` composes test pages.

Data only: no layout, no randomness. All of it was written for this project.
"""

ADJECTIVES = """quiet narrow careful northern broken annual reliable shallow amber temporary distant ordinary
generous rusty modern curious steep frozen public hollow bright reluctant second-hand independent familiar
previous heavy invisible patient coastal wooden provisional accurate crowded silver unusual gentle mechanical
early remarkable foreign efficient stubborn blue transparent local medieval weekly practical fragile""".split()

NOUNS = """harbour ledger engine orchard witness railway lantern archive valley carpenter signal bridge committee
furnace library passenger compass market kitchen notebook generator island teacher workshop cathedral surveyor
reservoir journey telegraph winter museum gardener clock festival warehouse keyboard translator mountain
pharmacy satellite ferry violin quarry inspector barometer village printer envelope battery canal""".split()

PLURALS = """records visitors samples windows merchants letters measurements boxes neighbours journals machines
students colours invoices objections timetables instruments villages repairs questions exercises maps jackets
experiments pumps fields tickets quotations witnesses weights chapters bricks quarrels harvests queues""".split()

VERBS = """described replaced examined followed crossed repaired measured ignored collected painted questioned
borrowed published inspected discovered postponed carried recorded surrounded catalogued translated purchased
abandoned polished exchanged photographed welcomed rejected delivered improved judged quoted fixed""".split()

PLACES = """Bristol Lisbon Trondheim Quebec Zanzibar Kyoto Valencia Jaipur Exeter Utrecht Galway Krakow Windhoek
Helsinki Montevideo Xanten Freiburg Oaxaca Juneau Dunwich""".split()

PEOPLE = """Margaret Ellwood|Tobias Finch|Jun Yamazaki|Priya Venkataraman|Oscar Quintero|Hannah Jowett|Viktor Blaszczyk
Amelia Zhou|Ravi Kulkarni|Greta Lindqvist|Paul McKenzie|Xenia Hartwig|Yusuf Demirel|Fiona O'Gorman|Walter Jaxley
Ingrid Vos""".replace("\n", "|").split("|")

COMPANIES = """Harrow & Wick Ltd|Bluefen Instruments|Quayside Paper Co.|Ostrava Pump Works|Juniper & Sons
Tallis Freight B.V.|Kettlewell Optics|Marrow Lane Press|Zephyr Tool Hire
Vexley Chemicals PLC""".replace("\n", "|").split("|")

GOODS = """Oak shelf, 80 cm|Copper wire 2.5 mm|Rye bread|Printer paper A4|Green tea, loose|Hex bolts M8
Olive oil 750 ml|Wool blanket|LED bulb E27|Sandpaper (grit 120)|Blackcurrant jam|Brass hinge|Tomatoes, vine
Paint brush no. 6|Garden hose 15 m|Notebook, ruled|Cheddar, mature|AA batteries x4|Linseed soap|Bicycle tube 28"
Coffee beans 1 kg|Masking tape|Light switch|Zinc screws 4x40|Smoked mackerel|Desk lamp|Quince jelly
Door handle, left|Rice vinegar|Work gloves XL""".replace("\n", "|").split("|")

LETTER_PARAGRAPHS = [
    "Thank you for your letter of last week and for the drawings that came with it. We have read both with "
    "care, and I am glad to say that most of what you propose can be done before the winter, provided that "
    "the timber reaches us in time.",
    "I should add that the old staircase is in a worse state than any of us had thought. Two of the treads "
    "gave way when Mr. Jaxley went up to measure the gallery; nobody was hurt, but until it is mended the "
    "upper floor must stay closed to visitors.",
    "As for the question of cost, I would rather be frank: the sum we agreed upon in spring will not be "
    "enough. Prices have risen, the roof wants more lead than the survey allowed for, and the quarry asks "
    "for payment in advance. I enclose a revised estimate.",
    "Please let us know by the end of the month whether you wish to go ahead. If it would help to see the "
    "place once more, come on any weekday between nine and four; the keys hang in the porter's lodge.",
    "My colleague will be travelling through your town on her way back from the coast and could bring the "
    "samples in person. She asks only for a dry room with a large table and, if possible, good daylight.",
    "We were sorry to hear of the flood in your cellar. Should any of the volumes on loan from us have "
    "suffered, do not try to dry them by the fire: wrap them in clean cloth, keep them cool, and telephone.",
]

CLAUSES = [
    "The Supplier shall deliver the Goods to the place named in Schedule {n} no later than {days} days after "
    "receipt of a written order, and shall notify the Customer without delay of any circumstance likely to "
    "prevent it from doing so.",
    "Either party may terminate this Agreement by giving not less than {days} days' notice in writing. Notice "
    "given by electronic mail is valid only if receipt is confirmed by the other party within {n} working days.",
    "Title to the Goods passes to the Customer upon payment in full; risk passes upon delivery. Until title "
    "has passed, the Customer shall store the Goods separately and keep them insured at replacement value.",
    "Neither party is liable for delay or failure caused by events beyond its reasonable control, including "
    "fire, flood, strike, war, epidemic, acts of government or the failure of public networks, for as long as "
    "such events continue, but in no case for longer than {days} days.",
    "Invoices are payable within {days} days of their date. Sums overdue bear interest at {rate}% per year "
    "above the base rate, calculated daily, whether before or after judgment.",
    "Confidential Information means all information, in any form, which is marked as confidential or which a "
    "reasonable person would understand to be so, except information that (a) is or becomes public other than "
    "by breach, (b) was lawfully known before disclosure, or (c) was developed independently.",
    "The aggregate liability of the Supplier under or in connection with this Agreement, whether in contract, "
    "tort (including negligence) or otherwise, is limited to EUR {sum} or the price paid in the preceding "
    "{n} months, whichever is the greater.",
    "No variation of this Agreement is effective unless made in writing and signed by both parties. A failure "
    "to exercise a right is not a waiver of it, nor does partial exercise prevent any further exercise.",
    "If any provision is held to be invalid or unenforceable, the remaining provisions continue in force, and "
    "the parties shall replace the invalid one by a provision that comes closest to its economic purpose.",
    "The Supplier warrants that for {n} months from delivery the Goods will conform to the specification and "
    "be free from defects in material and workmanship, fair wear and tear excepted.",
]

TECHNICAL_PARAGRAPHS = [
    "The controller samples each channel at {khz} kHz and keeps the last {n} readings in a ring buffer. When the "
    "difference between two successive readings exceeds {mv} mV, an interrupt is raised and the main loop "
    "writes a record of 16 bytes to flash memory.",
    "Before opening the housing, disconnect the supply and wait at least {n} seconds: capacitors C{n} and "
    "C{m} hold a charge of up to {volt} V. Use an insulated screwdriver and never bridge the terminals.",
    "To reset the unit, hold the button marked S{m} for {sec} seconds until the red LED blinks twice. All "
    "settings except the network address (by default 192.168.{m}.{n}) return to their factory values.",
    "Torque the four bolts crosswise to {nm} Nm, then once more to {nm2} Nm. If the gasket has been compressed "
    "by more than 0.{m} mm, replace it; a used gasket will leak at temperatures above {deg} °C.",
    "Version 3.{m}.{n} corrects a fault in the checksum: frames longer than {bytes} bytes were rejected "
    "although valid. Older firmware still reads the new frames, but logs them with status 0x{hex}.",
    "The efficiency curve is nearly flat between {n}% and {pct}% load; below that the fan and the control "
    "electronics dominate. At full load we measured {watt} W at the input and a surface of {deg} °C.",
]

PROSE_PARAGRAPHS = [
    "The ferry left at dawn, an hour late and half empty. From the rail one could see the town shrink into "
    "a row of white teeth, then into a line, then into nothing that a child would have bothered to draw. "
    "\"You will be back before Easter,\" the purser said, and he was wrong by eleven years.",
    "Nobody could say who had first planted walnut trees along the canal. The parish books began too late, "
    "and the oldest map, drawn in brown ink by a surveyor with a poor opinion of trees, showed only mud. Yet "
    "there they stood, forty-one of them, dropping their hard green fruit on whoever passed in September.",
    "What is a library for? To keep, said the first librarian, and locked the doors. To lend, said the second, "
    "and lost a tenth of the collection in three years. The third, who was tired of questions, bought "
    "chairs; and it was the chairs, in the end, that people remembered.",
    "Bread teaches patience to those who would rather not learn it. The dough is mixed in five minutes; then "
    "it asks for an hour, and another, and a night in the cold. Hurry it, and it will tell everyone at "
    "breakfast what you did.",
    "The clock in the market hall has never been right. It was built by two brothers who did not speak to "
    "each other, one making the wheels and one the face, and the quarrel, it is said, went into the works. "
    "Visitors set their watches by it and miss their trains.",
]

"""Each rule of the format fires where it is broken, and holds its peace where it is not."""

# ruff: noqa: E501 - a table of cases reads best with one case a line
from __future__ import annotations

import pytest
from small_folders import CLEAN, SiteFolder

from stockward.book import tables
from stockward.book.checks.rules import SITE_CHECKS

FULL = {
    "normal_losses": "area,substance,rate,basis,unit\nP1,TNT,0.01,per_received,\nS1,TNT,0.2,per_day,kg\n",
    "scopes": "inventory,area,material\nFEB,S1,TNT\n",
    "goals": "substance,quantity,area,unit,within_days\nTNT,10,,kg,30\n",
    "costs": "what,area,method,hours,money,affiliation,source,line\ninventory,S1,,6,,,,\ninventory,,,2,,,,\ncalibration,,W1,,120,,,\nguard,,,,90,civilian,worker,\n",
    "scenarios": "scenario,production,prices\nMORE,2,1.1\n",
    "options": "option,method,random_rel,money,name\nBENCH,W1,0.0002,700,Bench scale\n",
    "layers": "element,layer,detection,detects,delay_minutes,delay_rel,name\nFENCE,1,0.5,begin,0.2,,\nGATE,1,0.8,middle,1,0.2,Main gate\nDOOR,2,0.9,end,3,,\n",
    "paths": "area,to_area,minutes,one_way\nS1,P1,4,\nP1,S1,5,\n",
    "targets": "area,worth,minutes,minutes_low,seen,seen_high,least_visits\nS1,900,20,15,0.8,0.9,1\nP1,300,10,,0.7,,\n",
    "rounds": "patrol,at,area,until\n1,2026-01-05 22:10,S1,2026-01-05 22:14\n1,2026-01-05 22:30,P1,\n",
    "consignments": "document,partner,carrier\nD1,NORTH,ROAD\n",
    "lines": "line,material,workers_needed,output_per_day\nL1,SHELL,4,50\n",
    "production": "line,month,actual\nL1,2026-01,900\nL1,2026-02,950\n",
    "people": "person,role,affiliation,line,qualifications,not_in_areas\n1,guard,ministry,,gate cctv,S1 P1\n2,worker,civilian,L1,,\n",
    "absences": "person,start,end,kind\n1,2026-01-05,2026-01-07,leave\n1,2026-01-05,2026-01-07,leave\n",
    "posts": "post,kind,guards,start,end,days,area,driver,per\nG1,gate,2,22:00,06:00,daily,S1,,\nG2,patrol,1,00:00,24:00,mon tue,,areas,2\n",
    "wishes": "person,date,wish,post,start\n1,2026-02-01,on,G1,22:00\n1,2026-02-01,off,,\n",
    "assignments": "person,post,start,end,locked\n1,G1,2026-02-01T22:00,2026-02-02T06:00,yes\n",
    "orders": (
        "order,issued_on,measure,comparator,due_on,factor,value,baseline_on\n"
        "O1,2026-01-10,guards,>,2026-12-31,2,,2026-01-01\n"
        "O2,2026-01-10,production:SHELL,>=,2026-12-31,,5000,\n"
        "O3,2026-01-10,patrolling_guards,>,2026-12-31,,20,\n"
    ),
    "reports": "report,received_on,about,text,source,source_grade,information_grade\nR1,2026-01-10,gate,seen at night,owl,B,2\n",
    "checks": "method,at,standard,reading,unit,session,state\nW1,2026-01-05,100,100.1,,S1,as_found\nW1,2026-01-05,100,100.1,,S1,as_found\n",
    "pairs": "pair,at,material,first,second,unit,first_method,second_method,partner,movement,thing\nP1,2026-01-06,TNT,500,499,kg,,W1,ACME,0001,\n",
    "settled": (
        "settled,basis,known_since,area,substance,material,from_inventory,to_inventory,amount,unit,direction,reason\n"
        "L1,confirmed_loss,2026-03-02,S1,TNT,,JAN,FEB,2,kg,,stolen\n"
        "L2,explained,2026-03-02,S1,,SHELL,JAN,FEB,3,,surplus,counted twice\n"
    ),
    "incidents": "incident,at,area,kind,material,quantity,unit,movement\nI1,2026-01-10T08:00,S1,seal_broken,TNT,5,kg,0002\n",
}

Case = tuple[str, str, str, int, str, str]

CASES: dict[str, Case] = {
    # what is broken: table, old, new, row, column, words of the reason
    "area twice": ("areas", "P1,process", "S1,process", 3, "area", "this key stands in row 2"),
    "movement twice": ("movements", "0004,", "0001,", 5, "movement", "this key stands in row 2"),
    "content twice": ("contents", "SHELL,TNT,6.6", "TNT,TNT,6.6", 3, "", "the same material, substance stands in row 2"),
    "calibration twice": ("calibrations", "W1,2026-01-01\n", "W1,2026-01-01\nW1,2026-01-01T00:00\n", 3, "", "the same method, at"),
    "count twice": ("counts", "FEB,2026-02-28,S1", "JAN,2026-02-28,S1", 4, "", "the same inventory, area, material, sheet"),
    "normal loss twice": ("normal_losses", "S1,TNT", "P1,TNT", 3, "", "the same area, substance"),
    "goal twice": ("goals", "TNT,10,,kg,30\n", "TNT,10,,kg,30\nTNT,20,,kg,30\n", 3, "", "the same area, substance"),
    "month twice": ("production", "2026-02", "2026-01-15", 3, "", "the same line, month"),
    "wish twice": ("wishes", "off,,", "off,G1,22:00", 3, "", "the same person, date, post, start"),
    "assignment twice": ("assignments", "yes\n", "yes\n1,G2,2026-02-01T22:00,,\n", 3, "", "the same person, start"),
    "unknown material": ("movements", "issue,SHELL", "issue,SHELLS", 5, "material", "SHELLS is not in materials, did you mean SHELL? Correct it, or add it there"),
    "unknown area": ("counts", "FEB,2026-02-28,S1", "FEB,2026-02-28,Q7", 4, "area", "Q7 is not in areas: correct it, or add it there"),
    "unknown method": ("movements", "S1,W1,,\n0002", "S1,Z9,,\n0002", 2, "method", "Z9 is not in methods"),
    "unknown substance": ("goals", "TNT,10", "RDX,10", 2, "substance", "RDX is not in contents or materials"),
    "unknown reversal": ("movements", "P1,,,,", "P1,,,0077,", 5, "reverses", "0077 is not in movements"),
    "unknown line": ("people", "civilian,L1", "civilian,L2", 3, "line", "this key is not in lines"),
    "unknown area in a list": ("people", "S1 P1", "S1 P9", 2, "not_in_areas", "this key is not in areas"),
    "unknown movement": ("incidents", "kg,0002", "kg,0999", 2, "movement", "0999 is not in movements"),
    "method of a standard unknown": ("checks", "S1,as_found\nW1", "S1,as_found\nW9", 3, "method", "W9 is not in methods"),
    "standard of nothing": ("checks", "standard,reading,unit,session,state\nW1,2026-01-05,100", "standard,reading,unit,session,state\nW1,2026-01-05,0", 2, "standard", "outside [1e-9, 1e15]"),
    "reading of another standard": ("checks", "100.1,,S1,as_found\nW1", "1001,,S1,as_found\nW1", 2, "reading", "no reading of this standard"),
    "state of a standard": ("checks", "as_found\nW1", "found\nW1", 2, "state", "it must be one of: as_found, as_left"),
    "pair twice": ("pairs", "0001,\n", "0001,\nP1,2026-01-06,TNT,5,5,,,W1,ACME,,\n", 3, "pair", "this key stands in row 2"),
    "pair of nobody": ("pairs", "W1,ACME", "W1,", 2, "partner", "nothing says who measured"),
    "pair of one method": ("pairs", ",,W1,", ",W1,W1,", 2, "second_method", "both are by the same method"),
    "pair of another material": ("pairs", "TNT,500,499,kg", "SHELL,500,499,each", 2, "movement", "it moved TNT"),
    "pair in another kind of unit": ("pairs", "499,kg", "499,each", 2, "unit", "does not convert into kg"),
    "unknown person": ("absences", "leave\n1,", "leave\n9,", 3, "person", "this key is not in people"),
    "bulk by number": ("materials", "TNT,bulk,kg", "TNT,bulk,each", 2, "unit", "bulk is measured in kg"),
    "items by mass": ("materials", "SHELL,item,each", "SHELL,item,kg", 3, "unit", "items are counted in each"),
    "unknown unit": ("movements", "500,kg", "500,pud", 2, "unit", "the unit is not known: write one of kg"),
    "content of another kind": ("contents", "6.6,kg", "6.6,each", 3, "unit", "other amounts of this substance"),
    "movement in another kind of unit": ("movements", "5,each", "5,kg", 5, "unit", "does not convert into each"),
    "count in another kind of unit": ("counts", "FEB,2026-02-28,S1,TNT,300,kg", "FEB,2026-02-28,S1,TNT,300,each", 4, "unit", "does not convert into kg"),
    "incident in another kind of unit": ("incidents", "5,kg", "5,each", 2, "unit", "does not convert into kg"),
    "share above one": ("normal_losses", "0.01", "1.01", 2, "rate", "cannot exceed 1"),
    "rate of another kind of unit": ("normal_losses", "per_day,kg", "per_day,each", 3, "unit", "does not convert into kg"),
    "cost twice": ("costs", "inventory,,,2,", "inventory,S1,,2,", 3, "", "the same what, area, method, material, affiliation, source, line stands in row 2"),
    "a cost of another kind": ("costs", "civilian,worker,", "civilian,worker,L1", 5, "line", "a cost of guard is of affiliation and source: leave this cell blank"),
    "a calibration of an area": ("costs", "calibration,,W1,", "calibration,S1,W1,", 4, "area", "a cost of calibration is of method: leave this cell blank"),
    "a cost of an unknown line": ("costs", "guard,,,,90,civilian,worker,", "output,,,,90,,,L7", 5, "line", "L7 is not in lines"),
    "a cost of an unknown area": ("costs", "inventory,S1", "inventory,S9", 2, "area", "S9 is not in areas"),
    "an option for an unknown method": ("options", "BENCH,W1", "BENCH,W9", 2, "method", "W9 is not in methods"),
    "an option for nothing": ("options", "BENCH,W1,0.0002", "BENCH,,", 2, "method", "name a method, an area, an element of layers, or a post"),
    "element twice": ("layers", "GATE,1", "FENCE,1", 3, "element", "this key stands in row 2"),
    "an element without a layer": ("layers", "GATE,1", "GATE,", 3, "layer", "it is blank and must be given"),
    "a layer without an element": ("layers", "DOOR,2", "DOOR,3", 4, "layer", "layer 2 has no element"),
    "layers from nought on": ("layers", "FENCE,1,0.5", "FENCE,0,0.5", 2, "layer", "outside [1, 100]"),
    "a chance above one": ("layers", "GATE,1,0.8", "GATE,1,1.8", 3, "detection", "outside [0, 1]"),
    "a chance in per cent": ("layers", "GATE,1,0.8", "GATE,1,80", 3, "detection", "outside [0, 1]"),
    "a delay below nothing": ("layers", "begin,0.2", "begin,-0.2", 2, "delay_minutes", "it is never negative"),
    "a spread above one": ("layers", "middle,1,0.2", "middle,1,20", 3, "delay_rel", "outside [0, 1]"),
    "noticed at no place": ("layers", "middle", "centre", 3, "detects", "it must be one of: begin, middle, end"),
    "way twice": ("paths", "P1,S1,5", "S1,P1,5", 3, "", "the same area, to_area stands in row 2"),
    "a way to itself": ("paths", "P1,S1,5", "P1,P1,5", 3, "to_area", "the way ends where it begins"),
    "a way that takes no time": ("paths", "P1,S1,5", "P1,S1,0", 3, "minutes", "outside (0, 1e4]"),
    "a way to nowhere": ("paths", "P1,S1,5", "P1,S9,5", 3, "to_area", "S9 is not in areas"),
    "a target worth nothing": ("targets", "P1,300", "P1,0", 3, "worth", "outside (0, 1e15]"),
    "a target of unknown worth": ("targets", "P1,300", "P1,", 3, "worth", "neither worth nor goal_quantities"),
    "a theft shorter than is likely": ("targets", "20,15", "20,25", 2, "minutes_low", "it is more than minutes"),
    "a chance to see in per cent": ("targets", "10,,0.7", "10,,70", 3, "seen", "outside [0, 1]"),
    "a round that ends before it begins": ("rounds", "22:14", "22:04", 2, "until", "it lies before at"),
    "two rounds at once": ("rounds", "22:30", "22:10", 3, "", "the same patrol, at stands in row 2"),
    "a cost below nothing": ("costs", "W1,,120", "W1,,-120", 4, "money", "it is never negative"),
    "goal of another kind of unit": ("goals", "10,,kg", "10,,each", 2, "unit", "does not convert into kg"),
    "settled of nothing": ("settled", "S1,TNT,,", "S1,,,", 2, "substance", "name a substance, or an item material"),
    "settled of two": ("settled", "S1,TNT,,", "S1,TNT,SHELL,", 2, "material", "name one of the two"),
    "settled of a bulk material": ("settled", "S1,TNT,,", "S1,,TNT,", 2, "material", "name that under substance"),
    "settled of an unknown substance": ("settled", "S1,TNT,,", "S1,TNX,,", 2, "substance", "TNX is not in contents or materials"),
    "settled of items anywhere": ("settled", "S1,,SHELL", ",,SHELL", 3, "area", "items are accounted for in areas alone"),
    "settled before it began": ("settled", "TNT,,JAN,FEB", "TNT,,FEB,JAN", 2, "to_inventory", "no later than that of from_inventory"),
    "settled at once": ("settled", "TNT,,JAN,FEB", "TNT,,FEB,FEB", 2, "to_inventory", "no later than that of from_inventory"),
    "settled by no inventory": ("settled", "TNT,,JAN,FEB", "TNT,,JAN,FBE", 2, "to_inventory", "no row of counts in that area is of this inventory"),
    "settled in another kind of unit": ("settled", "2,kg,,stolen", "2,each,,stolen", 2, "unit", "does not convert into kg"),
    "settled part of an item": ("settled", "FEB,3,", "FEB,2.5,", 3, "amount", "items are whole"),
    "settled of nothing missing": ("settled", "FEB,3,", "FEB,0,", 3, "amount", "outside (0, 1e15]"),
    "settled surplus that is a loss": ("settled", "L2,explained", "L2,confirmed_loss", 3, "direction", "a loss is never a surplus"),
    "settled without a reason": ("settled", "surplus,counted twice", "surplus,", 3, "reason", "it is blank and must be given"),
    "no area received": ("movements", "500,kg,,S1", "500,kg,,", 2, "to_area", "a receipt must name it"),
    "no area left": ("movements", "200,kg,S1,P1", "200,kg,,P1", 3, "from_area", "a transfer must name it"),
    "an area too many": ("movements", "30,each,,P1", "30,each,S1,P1", 4, "from_area", "a make has none"),
    "reversing itself": ("movements", "P1,,,,", "P1,,,0004,", 5, "reverses", "cannot reverse itself"),
    "reversing another material": ("movements", "P1,,,,", "P1,,,0002,", 5, "reverses", "movements.csv row 3 and differs in kind (transfer there), material (TNT there)"),
    "absence that ends first": ("absences", "2026-01-07,leave\n1,2026-01-05,2026-01-07,leave\n", "2026-01-07,leave\n1,2026-01-05,2026-01-04,leave\n", 3, "end", "before the start"),
    "shift that ends first": ("assignments", "2026-02-02T06:00", "2026-01-31T06:00", 2, "end", "before the start"),
    "order without a target": ("orders", "2,,2026-01-01", ",,2026-01-01", 2, "factor", "states no target"),
    "order without its baseline": ("orders", "2,,2026-01-01", "2,,", 2, "baseline_on", "needs the day of its baseline"),
    "order of two targets": ("orders", "2,,2026-01-01", "2,50,2026-01-01", 2, "value", "two targets"),
    "order of an unknown material": ("orders", "production:SHELL", "production:FUZE", 3, "measure", "not in materials"),
    "order of an unknown measure": ("orders", "patrolling_guards", "dogs", 4, "measure", "it must be guards"),
    "driver without its amount": ("posts", "areas,2", "areas,", 3, "per", "a post with a driver must give it"),
    "post without a length": ("posts", "22:00,06:00", "22:00,22:00", 2, "end", "write 00:00 to 24:00 for round the clock"),
    "post from midnight to midnight": ("posts", "22:00,06:00", "24:00,00:00", 2, "end", "the post ends when it begins"),
    "unknown choice": ("areas", "S1,store", "S1,shop", 2, "kind", "it must be one of: store, process, dock, gate, other"),
    "unknown flag": ("assignments", "06:00,yes", "06:00,perhaps", 2, "locked", "write yes or no"),
    "unknown day": ("posts", "mon tue", "mon sundy", 3, "days", "write daily, or days such as: mon tue wed thu fri"),
    "a response that nobody hears of": ("posts", "driver,per\nG1,gate,2,22:00,06:00,daily,S1,,\nG2,patrol,1,00:00,24:00,mon tue,,areas,2", "driver,per,response_minutes\nG1,gate,2,22:00,06:00,daily,S1,,,3\nG2,patrol,1,00:00,24:00,mon tue,,areas,2,", 2, "communication", "with which chance one reaches it"),
    "an alarm heard and not answered": ("posts", "driver,per\nG1,gate,2,22:00,06:00,daily,S1,,\nG2,patrol,1,00:00,24:00,mon tue,,areas,2", "driver,per,communication\nG1,gate,2,22:00,06:00,daily,S1,,,0.9\nG2,patrol,1,00:00,24:00,mon tue,,areas,2,", 2, "communication", "write response_minutes as well"),
    "blank key": ("areas", "P1,process", ",process", 3, "area", "it is blank and must be given"),
    "risk category of no list": ("materials", "unit\nTNT,bulk,kg\nSHELL,item,each", "unit,risk_category\nTNT,bulk,kg,5\nSHELL,item,each,1", 2, "risk_category", "outside [1, 4]"),
}  # fmt: skip


@pytest.fixture
def full(folder: SiteFolder) -> SiteFolder:
    """The clean site with every table of the format."""
    for table, text in FULL.items():
        folder.write(table, text)
    return folder


def test_the_full_site_is_clean_and_has_every_table(full: SiteFolder) -> None:
    site = full.read()
    assert site.problems == ()
    assert set(CLEAN) | set(FULL) == set(tables())
    assert all(frame.height for frame in site.tables.values())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_rule_fires(full: SiteFolder, case: Case) -> None:
    table, old, new, row, column, words = case
    problem = next(iter(full.replace(table, old, new).problems(table)))
    assert (problem.row, problem.column) == (row, column)
    assert words in problem.reason


def test_every_check_is_named_and_explained() -> None:
    names = {check.name for check in SITE_CHECKS}
    assert len(names) == len(SITE_CHECKS)
    assert all(check.apply.__doc__ for check in SITE_CHECKS)
    assert {table for check in SITE_CHECKS for table in check.tables} <= set(tables())


def test_a_reversal_may_not_be_repeated(full: SiteFolder) -> None:
    full.add(
        "movements", "0005,2026-01-06,issue,SHELL,5,each,P1,,,0004,", "0006,2026-01-06,issue,SHELL,5,each,P1,,,0004,"
    )
    assert "an earlier row has reversed" in full.only_problem().reason


def test_a_reversal_may_be_reversed(full: SiteFolder) -> None:
    full.add(
        "movements", "0005,2026-01-06,issue,SHELL,5,each,P1,,,0004,", "0006,2026-01-06,issue,SHELL,5,each,P1,,,0005,"
    )
    assert full.read().problems == ()


def test_reversals_do_not_run_in_a_circle(full: SiteFolder) -> None:
    rows = [
        f"{a},2026-01-06,issue,SHELL,5,each,P1,,,{b},"
        for a, b in (("A", "B"), ("B", "C"), ("C", "A"), ("D", "A2"), ("A2", "0004"))
    ]
    full.add("movements", *rows)
    assert [(problem.value, problem.row) for problem in full.problems("movements")] == [("B", 6), ("C", 7), ("A", 8)]


def test_a_circle_that_a_row_with_a_duplicate_key_would_hide(full: SiteFolder) -> None:
    rows = [f"{a},2026-01-06,issue,SHELL,5,each,P1,,,{b}," for a, b in (("A", "B"), ("B", "A"), ("A", "0004"))]
    full.add("movements", *rows)
    assert full.read()["movements"].height == 4


def test_a_long_chain_of_reversals_is_followed_once(full: SiteFolder) -> None:
    rows = [
        f"R{step},2026-01-06,issue,SHELL,5,each,P1,,,{f'R{step - 1}' if step else '0004'}," for step in range(20_000)
    ]
    full.add("movements", *rows)
    assert full.read().problems == ()


def test_an_absolute_error_is_in_a_unit_of_the_material(full: SiteFolder) -> None:
    full.write("methods", "method,random_abs,unit\nW1,0.1,each\nW2,0.1,g\n")
    reasons = {problem.reason for problem in full.read().problems if problem.column == "method"}
    assert reasons == {"the method's absolute error is in a unit that the material is not kept in"}
    full.write("methods", "method,random_abs,unit\nW1,0.1,g\nW2,0,each\n")
    assert full.read().problems == ()


def test_counts_that_differ_in_their_sheet_add_up(full: SiteFolder) -> None:
    full.add("counts", "FEB,2026-02-28,S1,TNT,10,kg,W1,b", "FEB,2026-02-28,S1,TNT,10,kg,W1,")
    assert full.read().problems == ()
    full.add("counts", "FEB,2026-02-28,S1,TNT,10,kg,W1,")
    assert full.only_problem().row == 7


def test_a_sheet_that_cannot_be_read_is_not_a_blank_one(full: SiteFolder) -> None:
    full.add("counts", "FEB,2026-02-28,S1,TNT,10,kg,W1,#REF!", "FEB,2026-02-28,S1,TNT,10,kg,W1,")
    assert full.only_problem().row == 5


def test_the_first_of_two_rows_with_one_key_stays(full: SiteFolder) -> None:
    site = full.replace("movements", "0004,", "0001,").read()
    assert site["movements"]["row"].to_list() == [2, 3, 4]
    assert site.set_aside["movements"]["movement"].to_list() == ["0001"]
    assert site.set_aside["movements"]["unreadable"].to_list() == [[]]


@pytest.mark.parametrize("table", ["areas", "materials", "methods"])
def test_rows_that_use_what_is_set_aside_wait_for_it(full: SiteFolder, table: str) -> None:
    old, new = {
        "areas": ("S1,store", "S1,shop"),
        "materials": ("TNT,bulk", "TNT,powder"),
        "methods": ("W1,0.001", "W1,one in a thousand"),
    }[table]
    site = full.replace(table, old, new).read()
    key = {"areas": "S1", "materials": "TNT", "methods": "W1"}[table]
    waiting = {problem.reason for problem in site.problems if problem.table == "movements"}
    assert waiting == {f"it uses {key}, which is set aside ({table}.csv row 2): mend that row first"}
    assert site.set_aside["movements"]["unreadable"].to_list() == [[]] * site.set_aside["movements"].height
    assert site["movements"].height < 4


def test_a_second_row_of_a_method_leaves_the_first_in_force(full: SiteFolder) -> None:
    full.add("methods", "W1,0.1,0.1").add("materials", "TNT,bulk,t")
    site = full.read()
    assert {(problem.table, problem.row) for problem in site.problems} == {("methods", 4), ("materials", 4)}
    assert site["methods"]["random_rel"].to_list() == [0.001, 0.002]
    assert site.set_aside["methods"]["method"].to_list() == ["W1"]


def test_a_bulk_material_without_contents_is_its_own_substance(full: SiteFolder) -> None:
    full.add("materials", "RDX,bulk,kg").replace("goals", "TNT,10", "RDX,10")
    assert full.read().problems == ()


def test_a_material_that_holds_something_else_is_no_substance(full: SiteFolder) -> None:
    full.add("materials", "MIX,bulk,kg").add("contents", "MIX,TNT,0.6,kg").replace("goals", "TNT,10", "MIX,10")
    assert "MIX is not in contents or materials" in full.only_problem().reason


def test_a_substance_whose_content_is_set_aside_is_waited_for(full: SiteFolder) -> None:
    full.replace("contents", "TNT,TNT,1,kg\nSHELL,TNT,6.6,kg", "TNT,TNT,one,kg\nSHELL,TNT,n/a,kg")
    reasons = [problem.reason for problem in full.problems("goals")]
    assert reasons == ["it uses TNT, which is set aside (contents.csv row 3): mend that row first"]


def test_a_report_is_never_shown(full: SiteFolder) -> None:
    full.write(
        "reports",
        "report,received_on,about,text,source,source_grade\nR1,10.1.2026,gate,seen at night,owl,Z\nR1,,,#REF!,owl,B\nR9\n",
    )
    problems = full.problems("reports")
    assert [(problem.row, problem.column) for problem in problems] == [
        (2, "received_on"), (2, "source_grade"), (3, "report"), (3, "received_on"), (3, "about"), (3, "text"), (4, ""),
    ]  # fmt: skip
    assert {problem.value for problem in problems} == {"(not shown)", None}
    shown = " ".join(str(problem) for problem in problems)
    assert not any(word in shown for word in ("R1", "R9", "10.1.2026", "night", "owl", "'Z'"))


def test_a_person_is_never_shown(full: SiteFolder) -> None:
    full.replace("people", "1,guard", "007,sentry").replace("absences", "leave\n1,", "leave\n009,")
    problems = [problem for problem in full.read().problems if problem.table not in CLEAN]
    assert {problem.table for problem in problems} == {"people", "absences", "wishes", "assignments"}
    assert {problem.value for problem in problems} == {"(not shown)"}
    assert not any(key in str(problem) for problem in problems for key in ("007", "009", "sentry"))


def test_the_value_is_told_as_it_stands_in_the_file(full: SiteFolder) -> None:
    full.replace("normal_losses", "0.01", "1.50").replace("orders", "2,,2026-01-01", "2,+50.0,2026-01-01")
    assert [problem.value for problem in full.read().problems] == ["1.50", "+50.0"]


def test_all_reasons_against_a_row_are_told_in_the_order_of_its_columns(full: SiteFolder) -> None:
    full.replace("movements", "0003,2026-01-04T08:00,make,SHELL,30,each,,P1", ",yesterday,make,SHEL,-3,tons,,")
    problems = full.problems("movements")
    assert [problem.column for problem in problems] == ["movement", "at", "material", "quantity", "unit", "to_area"]
    assert {problem.row for problem in problems} == {4}


def test_good_rows_and_rows_set_aside_are_all_the_rows(full: SiteFolder) -> None:
    full.replace("movements", ",500,", ",n/a,").replace("movements", "issue,SHELL", "issue,FUZE")
    site = full.read()
    assert sorted([*site["movements"]["row"], *site.set_aside["movements"]["row"]]) == [2, 3, 4, 5]
    aside = site.set_aside["movements"]
    assert aside["unreadable"].to_list() == [["quantity"], ["material"]]
    assert aside["material"].to_list() == ["TNT", None]
    assert aside["from_area"].to_list() == [None, "P1"]


def test_a_transfer_within_an_area_is_told_and_moves_nothing(full: SiteFolder) -> None:
    site = full.replace("movements", "S1,P1,W1", "S1,S1,W1").read()
    assert not site.problems
    (notice,) = [one for one in site.notices if "moves nothing" in one]
    assert notice.startswith("movements.csv row 3: it leaves the area that it reaches")


@pytest.mark.parametrize(("rows", "more"), [(2, " (and 1 more row like it)"), (4, " (and 3 more rows like it)")])
def test_how_many_more_there_are_is_said_in_singular_and_plural(full: SiteFolder, rows: int, more: str) -> None:
    full.add("movements", *(f"T{row},2026-01-03T08:00,transfer,TNT,1,kg,S1,S1,W1,," for row in range(rows)))
    (notice,) = [one for one in full.read().notices if "moves nothing" in one]
    assert notice.endswith(more)


@pytest.mark.parametrize("written", ["gate/cctv", "(gate)", "'gate'", "dog|gate", "cctv、gate"])
def test_a_qualification_that_stands_between_other_signs_is_told(full: SiteFolder, written: str) -> None:
    full.write("posts", ASKING.format("gate")).replace("people", "gate cctv", written)
    (problem,) = full.problems("people")
    assert problem.reason.startswith("it holds what looks like gate, which a post asks for")


@pytest.mark.parametrize("held", ["gate+cctv", "gate-2", "gateway", "C+E gate"])
def test_a_qualification_of_its_own_is_kept(full: SiteFolder, held: str) -> None:
    full.write("posts", ASKING.format("gate+cctv")).replace("people", "gate cctv", held)
    assert full.read().problems == ()


@pytest.mark.parametrize("asked", ["gate;cctv", "gate cctv", '"gate,cctv"'])
def test_a_post_that_asks_for_several_qualifications_is_told(full: SiteFolder, asked: str) -> None:
    full.write("posts", ASKING.format(asked))
    (problem,) = full.problems("posts")
    assert problem.reason == "a post asks for one qualification, in one word: write the one that counts"


ASKING = "post,kind,guards,start,end,days,qualification\nG1,gate,2,22:00,06:00,daily,{}\n"

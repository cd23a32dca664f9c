"""One function a rule of the site format. Each holds its reason against the rows that break the rule.

Tables are checked in the order of the dictionary, so that a table is settled before others refer to it; within a
table, the checks run in the order of ``SITE_CHECKS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.protection.costs import a_cost_lies_within_its_range
from stockward.book.checks.protection.layers import (
    a_delay_may_be_of_seconds,
    a_response_is_whole,
    an_option_is_for_one_thing,
    layers_follow_on_each_other,
)
from stockward.book.checks.protection.patrols import (
    a_path_joins_two_areas,
    a_patrol_leaves_after_it_came,
    a_target_states_its_worth,
    what_is_likely_lies_in_its_range,
)
from stockward.book.checks.refused.guards import (
    a_cost_is_of_its_kind,
    a_driver_has_its_amount,
    a_post_asks_for_one_qualification,
    a_post_stands_for_some_time,
    a_qualification_is_written_as_a_post_asks_for_it,
    a_wish_is_for_a_shift_of_its_post,
    an_absence_has_an_end,
    an_affiliation_is_written_as_its_band,
    an_affiliation_is_written_in_one_way,
    an_end_follows_its_start,
    an_open_end_is_blank,
    an_order_is_due_after_it_is_issued,
    an_order_measures_a_known_material,
    an_order_states_its_target,
)
from stockward.book.checks.refused.headings import a_header_is_no_row
from stockward.book.checks.refused.inventories import (
    a_day_of_count_has_two_sides,
    a_scope_is_of_an_inventory,
    an_inventory_lies_on_one_day,
    an_inventory_stands_at_one_time,
)
from stockward.book.checks.refused.keys import a_key_stands_once, a_reference_is_known
from stockward.book.checks.refused.movements import a_kind_gives_the_direction, a_movement_names_its_areas
from stockward.book.checks.refused.notes import a_note_is_no_row
from stockward.book.checks.refused.plates import (
    a_class_is_one_of_its_instrument,
    a_plate_is_one_of_a_scale,
    a_plate_is_whole,
)
from stockward.book.checks.refused.readings import a_measurement_has_one_method, a_measurement_has_one_quantity
from stockward.book.checks.refused.reversals import a_reversal_cancels_one_movement
from stockward.book.checks.refused.settled import (
    a_settled_amount_converts,
    what_is_settled_is_of_a_series,
    what_is_settled_lies_between_inventories,
)
from stockward.book.checks.refused.standards import (
    a_pair_is_of_its_movement,
    a_pair_says_who_measured,
    a_reading_is_of_its_standard,
    a_standard_converts,
)
from stockward.book.checks.refused.totals import a_total_is_no_row
from stockward.book.checks.refused.units import (
    a_goal_converts,
    a_quantity_converts,
    a_rate_fits_its_basis,
    a_unit_fits_the_kind,
    a_usual_method_is_one_of_bulk,
    an_absolute_error_converts,
    contents_of_a_substance_convert,
)
from stockward.book.checks.told.allowances import (
    a_normal_loss_may_be_unknown,
    items_counted_before_may_be_counted_again,
)
from stockward.book.checks.told.days.dates import dates_may_be_declared
from stockward.book.checks.told.days.inventory_days import an_inventory_may_have_a_wrong_day
from stockward.book.checks.told.days.years import many_rows_may_be_of_another_year
from stockward.book.checks.told.doubts import (
    a_bulk_quantity_may_be_misread,
    a_content_may_be_a_percentage,
    a_goal_may_be_more_than_the_stock,
    a_grain_may_be_a_gram,
    a_number_of_items_may_be_misread,
    a_rate_may_be_a_percentage,
    a_year_may_be_wrong,
    an_error_may_be_a_percentage,
    nobody_leaves_before_they_come,
    the_decimal_mark_may_be_another,
    two_keys_may_be_one,
)
from stockward.book.checks.told.guards import a_person_works_no_month_a_week, somebody_holds_what_a_post_asks_for
from stockward.book.checks.told.holes import a_ledger_may_have_a_hole
from stockward.book.checks.told.inventory_codes import a_line_is_no_inventory, an_inventory_has_one_code
from stockward.book.checks.told.loads import a_load_may_exceed_its_scale
from stockward.book.checks.told.lost_movements import a_code_may_be_left_out, a_movement_of_nothing_moves_nothing
from stockward.book.checks.told.measuring import (
    a_row_without_an_error_is_not_tested,
    an_absolute_error_may_be_in_another_unit,
    an_error_that_was_assumed_is_not_sure,
)
from stockward.book.checks.told.recording import (
    a_reversal_follows_what_it_cancels,
    a_row_is_recorded_after_it_took_effect,
)
from stockward.book.checks.told.repeats import movements_may_stand_twice
from stockward.book.checks.told.standards import (
    a_pair_may_be_misread,
    a_reading_may_be_misread,
    readings_may_be_too_few,
    readings_may_stand_twice,
)
from stockward.book.checks.told.used_up import what_is_used_is_made_into_something


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """A rule, and the tables that it is for (none named: all)."""

    apply: Callable[[Draft, TableDraft], None]
    tables: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the rule."""
        return self.apply.__name__


def check_draft(draft: Draft) -> None:
    """Run every check over every table."""
    for name, table in draft.tables.items():
        if table.values.is_empty():
            continue
        for check in SITE_CHECKS:
            if not check.tables or name in check.tables:
                check.apply(draft, table)
    the_decimal_mark_may_be_another(draft)
    dates_may_be_declared(draft)


_BY_DAY = ("absences", "wishes", "assignments", "production")
"""Further tables whose rows lie close together in time."""

SITE_CHECKS: tuple[SiteCheck, ...] = (
    SiteCheck(a_key_stands_once),
    SiteCheck(a_reference_is_known),
    SiteCheck(a_unit_fits_the_kind, ("materials",)),
    SiteCheck(a_usual_method_is_one_of_bulk, ("materials",)),
    SiteCheck(a_plate_is_whole, ("methods",)),
    SiteCheck(a_class_is_one_of_its_instrument, ("methods",)),
    SiteCheck(a_plate_is_one_of_a_scale, ("methods",)),
    SiteCheck(a_standard_converts, ("checks",)),
    SiteCheck(a_reading_is_of_its_standard, ("checks",)),
    SiteCheck(a_pair_says_who_measured, ("pairs",)),
    SiteCheck(a_pair_is_of_its_movement, ("pairs",)),
    SiteCheck(contents_of_a_substance_convert, ("contents",)),
    SiteCheck(a_quantity_converts, ("movements", "counts", "pairs", "incidents")),
    SiteCheck(an_absolute_error_converts, ("movements", "counts")),
    SiteCheck(a_measurement_has_one_method, ("movements", "counts")),
    SiteCheck(a_measurement_has_one_quantity, ("movements", "counts")),
    SiteCheck(a_line_is_no_inventory, ("counts",)),
    SiteCheck(an_inventory_stands_at_one_time, ("counts",)),
    SiteCheck(an_inventory_lies_on_one_day, ("counts",)),
    SiteCheck(a_day_of_count_has_two_sides, ("counts",)),
    SiteCheck(a_movement_names_its_areas, ("movements",)),
    SiteCheck(a_kind_gives_the_direction, ("movements",)),
    SiteCheck(a_reversal_cancels_one_movement, ("movements",)),
    SiteCheck(a_rate_fits_its_basis, ("normal_losses",)),
    SiteCheck(a_goal_converts, ("goals",)),
    SiteCheck(a_goal_may_be_more_than_the_stock, ("goals",)),
    SiteCheck(an_inventory_has_one_code, ("counts",)),
    SiteCheck(a_scope_is_of_an_inventory, ("scopes",)),
    SiteCheck(what_is_settled_is_of_a_series, ("settled",)),
    SiteCheck(what_is_settled_lies_between_inventories, ("settled",)),
    SiteCheck(a_settled_amount_converts, ("settled",)),
    SiteCheck(a_qualification_is_written_as_a_post_asks_for_it, ("people",)),
    SiteCheck(somebody_holds_what_a_post_asks_for, ("people",)),
    SiteCheck(an_affiliation_is_written_as_its_band, ("people", "costs")),
    SiteCheck(a_cost_is_of_its_kind, ("costs",)),
    SiteCheck(a_cost_lies_within_its_range, ("costs", "options")),
    SiteCheck(an_affiliation_is_written_in_one_way, ("people",)),
    SiteCheck(a_person_works_no_month_a_week, ("people",)),
    SiteCheck(an_absence_has_an_end, ("absences",)),
    SiteCheck(an_open_end_is_blank, ("people",)),
    SiteCheck(an_end_follows_its_start, ("absences", "assignments")),
    SiteCheck(nobody_leaves_before_they_come, ("people",)),
    SiteCheck(an_order_states_its_target, ("orders",)),
    SiteCheck(an_order_is_due_after_it_is_issued, ("orders",)),
    SiteCheck(an_order_measures_a_known_material, ("orders",)),
    SiteCheck(a_post_stands_for_some_time, ("posts",)),
    SiteCheck(a_post_asks_for_one_qualification, ("posts",)),
    SiteCheck(a_driver_has_its_amount, ("posts",)),
    SiteCheck(a_response_is_whole, ("posts",)),
    SiteCheck(layers_follow_on_each_other, ("layers",)),
    SiteCheck(an_option_is_for_one_thing, ("options",)),
    SiteCheck(a_wish_is_for_a_shift_of_its_post, ("wishes",)),
    SiteCheck(a_path_joins_two_areas, ("paths",)),
    SiteCheck(a_target_states_its_worth, ("targets",)),
    SiteCheck(what_is_likely_lies_in_its_range, ("targets",)),
    SiteCheck(a_patrol_leaves_after_it_came, ("rounds",)),
    SiteCheck(a_total_is_no_row),
    SiteCheck(a_header_is_no_row),
    SiteCheck(a_note_is_no_row),
    SiteCheck(a_grain_may_be_a_gram),
    SiteCheck(an_error_may_be_a_percentage, ("methods",)),
    SiteCheck(an_error_that_was_assumed_is_not_sure, ("methods",)),
    SiteCheck(a_rate_may_be_a_percentage, ("normal_losses",)),
    SiteCheck(a_content_may_be_a_percentage, ("contents",)),
    SiteCheck(two_keys_may_be_one, ("areas", "materials")),
    SiteCheck(a_year_may_be_wrong, ("movements", "counts", "checks", "pairs", "rounds", *_BY_DAY)),
    SiteCheck(movements_may_stand_twice, ("movements",)),
    SiteCheck(a_normal_loss_may_be_unknown, ("normal_losses",)),
    SiteCheck(items_counted_before_may_be_counted_again, ("movements", "counts")),
    SiteCheck(a_row_is_recorded_after_it_took_effect, ("movements", "counts", "checks", "pairs")),
    SiteCheck(a_reversal_follows_what_it_cancels, ("movements",)),
    SiteCheck(a_movement_of_nothing_moves_nothing, ("movements",)),
    SiteCheck(a_code_may_be_left_out, ("movements",)),
    SiteCheck(an_inventory_may_have_a_wrong_day, ("counts",)),
    SiteCheck(what_is_used_is_made_into_something, ("counts",)),
    SiteCheck(many_rows_may_be_of_another_year, ("counts",)),
    SiteCheck(a_ledger_may_have_a_hole, ("counts",)),
    SiteCheck(a_number_of_items_may_be_misread, ("movements", "counts", "incidents")),
    SiteCheck(a_bulk_quantity_may_be_misread, ("movements", "counts", "incidents")),
    SiteCheck(a_load_may_exceed_its_scale, ("movements", "counts")),
    SiteCheck(a_delay_may_be_of_seconds, ("posts", "layers", "options")),
    SiteCheck(a_reading_may_be_misread, ("checks",)),
    SiteCheck(readings_may_stand_twice, ("checks",)),
    SiteCheck(readings_may_be_too_few, ("checks",)),
    SiteCheck(a_pair_may_be_misread, ("pairs",)),
    # Counts are the last of what was measured, so that all of it is known by then.
    SiteCheck(an_absolute_error_may_be_in_another_unit, ("counts",)),
    SiteCheck(a_row_without_an_error_is_not_tested, ("counts",)),
)

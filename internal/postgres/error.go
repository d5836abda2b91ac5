package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"regulars/internal/loyalty"
)

// refusals says what each constraint means to a caller; nil means that only a
// bug of ours can hit it. A test holds the table against the schema, so that
// a new constraint can't be forgotten.
var refusals = map[string]*loyalty.Error{
	"organizations_slug_unique":     loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Another organization has this short name. Choose another.").About("slug"),
	"stores_external_id_unique":     loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Another store has this external id.").About("externalId"),
	"staff_email_unique":            loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Another member of staff has this e-mail address.").About("email"),
	"customers_external_id_unique":  loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Another customer has this external id.").About("externalId"),
	"customers_phone_unique":        loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Another customer has this phone number.").About("phone"),
	"customers_phone_digits_unique": loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Another customer has this phone number.").About("phone"),
	"event_types_key_unique":        loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Another event type has this key.").About("key"),
	"programs_one_active":           loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Another program was activated at the same time. Look at it and try again."),
	"tiers_min_points_unique":       loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Another tier starts at the same number of points."),
	"tiers_name_unique":             loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Another tier has this name."),
	"rewards_tier_fk":               loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "A reward asks for this tier. Change the reward first."),
	"rewards_program_fk":            loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "The program has rewards. Delete them first."),
	"redemptions_reward_fk":         loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "The reward was redeemed and is kept."),
	"enrollments_program_fk":        loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "The program has members and is kept."),
	"orders_store_fk":               loyalty.Missing("store"),
	"orders_customer_fk":            loyalty.Missing("customer"),

	"account_events_type_known":            nil,
	"account_events_customer_fk":           nil,
	"anomaly_people_anomaly_fk":            nil,
	"anomaly_transactions_anomaly_fk":      nil,
	"anomaly_reversals_anomaly_fk":         nil,
	"anomaly_signals_anomaly_fk":           nil,
	"anomaly_notes_anomaly_fk":             nil,
	"review_holds_kind_known":              nil,
	"review_holds_customer_fk":             nil,
	"review_holds_anomaly_fk":              nil,
	"detection_replays_organization_fk":    nil,
	"detection_state_organization_fk":      nil,
	"api_keys_hash_unique":                 nil,
	"api_keys_name_length":                 nil,
	"api_keys_organization_fk":             nil,
	"anomalies_action_known":               nil,
	"anomalies_severity_known":             nil,
	"anomalies_status_known":               nil,
	"bulk_award_parts_award_fk":            nil,
	"bulk_awards_organization_fk":          nil,
	"bulk_awards_points_range":             nil,
	"bulk_awards_reason_length":            nil,
	"bulk_awards_state_known":              nil,
	"bulk_awards_undo_reason_length":       nil,
	"cards_code_form":                      nil,
	"cards_customer_fk":                    nil,
	"cards_token_unique":                   nil,
	"sessions_opener_fk":                   nil,
	"staff_pins_staff_fk":                  nil,
	"customers_card_unique":                nil,
	"rewards_icon_length":                  nil,
	"customers_name_length":                nil,
	"customers_referral_code_length":       nil,
	"customers_organization_fk":            nil,
	"enrollments_customer_fk":              nil,
	"enrollments_id_unique":                nil,
	"merges_source":                        nil,
	"likely_duplicates_why_known":          nil,
	"likely_duplicates_in_order":           nil,
	"likely_duplicates_first_fk":           nil,
	"likely_duplicates_second_fk":          nil,
	"duplicate_marks_organization_fk":      nil,
	"transaction_links_kind_known":         nil,
	"merges_organization_fk":               nil,
	"enrollments_merged_empty":             nil,
	"enrollments_merged_fk":                nil,
	"enrollments_lifetime_not_negative":    nil,
	"enrollments_tier_fk":                  nil,
	"event_types_cooldown_positive":        nil,
	"event_types_limit_positive":           nil,
	"event_types_mode_known":               nil,
	"event_types_organization_fk":          nil,
	"event_types_points_range":             nil,
	"event_types_rate_range":               nil,
	"idempotency_keys_key_length":          nil,
	"import_items_import_fk":               nil,
	"import_items_kind_known":              nil,
	"import_pieces_import_fk":              nil,
	"import_problems_import_fk":            nil,
	"imports_file_name_length":             nil,
	"imports_kind_known":                   nil,
	"imports_organization_fk":              nil,
	"imports_state_known":                  nil,
	"lots_enrollment_fk":                   nil,
	"lots_not_negative":                    nil,
	"orders_discount_not_negative":         nil,
	"orders_external_id_length":            nil,
	"orders_once":                          nil,
	"orders_refund_range":                  nil,
	"orders_reversed_range":                nil,
	"orders_status_known":                  nil,
	"orders_tax_not_negative":              nil,
	"orders_tip_not_negative":              nil,
	"orders_total_not_negative":            nil,
	"organizations_name_length":            nil,
	"organizations_slug_form":              nil,
	"programs_claim_window_range":          nil,
	"programs_currency_per_point_positive": nil,
	"programs_debt_known":                  nil,
	"programs_downgrade_known":             nil,
	"programs_expiry_positive":             nil,
	"programs_name_length":                 nil,
	"programs_organization_fk":             nil,
	"programs_rate_range":                  nil,
	"redemptions_code_unique":              nil,
	"redemptions_cost_positive":            nil,
	"redemptions_customer_fk":              nil,
	"redemptions_status_known":             nil,
	"reward_stock_not_negative":            nil,
	"reward_stock_reward_fk":               nil,
	"rewards_cost_range":                   nil,
	"rewards_description_length":           nil,
	"rewards_discount_type_known":          nil,
	"rewards_discount_value_positive":      nil,
	"rewards_limit_positive":               nil,
	"rewards_name_length":                  nil,
	"rewards_percentage_range":             nil,
	"rewards_type_known":                   nil,
	"rewards_window":                       nil,
	"sessions_staff_fk":                    nil,
	"staff_name_length":                    nil,
	"staff_organization_fk":                nil,
	"staff_role_known":                     nil,
	"stores_name_length":                   nil,
	"stores_organization_fk":               nil,
	"tiers_min_points_range":               nil,
	"tiers_multiplier_range":               nil,
	"tiers_name_length":                    nil,
	"tiers_program_fk":                     nil,
	"transactions_enrollment_fk":           nil,
	"transactions_points_not_zero":         nil,
	"transactions_type_known":              nil,
}

// What our own functions raise (migrations/00006_posting.sql).
const (
	// codeRetry: what was decided on has changed, so decide anew.
	codeRetry      = pqerror.Code("RG001")
	codeKeyTaken   = pqerror.Code("RG002")
	codePoints     = pqerror.Code("RG004")
	codeOutOfStock = pqerror.Code("RG005")
)

// postError is wrap for a posting: what the posting functions refuse gets the
// domain's word.
func postError(err error) error {
	e, ok := errors.AsType[*pq.Error](err)
	if !ok {
		return wrap("post", err)
	}
	switch {
	case e.Code == codeRetry || e.Code == pqerror.TRDeadlockDetected || e.Constraint == "orders_once" || isRaced(e):
		return fmt.Errorf("post: %w: %w", loyalty.ErrStale, err)
	case e.Code == codeKeyTaken || e.Constraint == "idempotency_keys_pkey":
		return fmt.Errorf("post: %w: %w", loyalty.ErrKeyTaken, err)
	case e.Code == codePoints:
		return fmt.Errorf("post: %w", loyalty.Errorf(loyalty.Conflict, loyalty.CodeInsufficientPoints, "There are not enough points for this."))
	case e.Code == codeOutOfStock:
		return fmt.Errorf("post: %w", loyalty.Errorf(loyalty.Conflict, loyalty.CodeOutOfStock, "This reward is out of stock."))
	}
	return wrap("post", err)
}

// wrap adds what was being done to a database error. It turns a refusal by
// the schema into the domain's word for it, and an outage into Unavailable;
// the cause stays in the chain for the log.
func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*pq.Error](err); ok {
		if refusal := refusals[e.Constraint]; refusal != nil {
			return fmt.Errorf("%s: %w", op, refusal)
		}
	}
	if IsAway(err) {
		away := loyalty.Errorf(loyalty.Unavailable, loyalty.CodeUnavailable, "The service is busy. Please try again in a moment.")
		return fmt.Errorf("%s: %w: %w", op, away, err)
	}
	return fmt.Errorf("%s: %w", op, err)
}

// isRaced says whether a foreign key refused something that was taken out, or
// put to use, between being read and being written. It is found gone, or in
// use, when the work is done anew.
func isRaced(e *pq.Error) bool {
	return e.Constraint == "enrollments_tier_fk" || e.Constraint == "redemptions_reward_fk"
}

// raced is wrap for taking out what others may just be putting to use: it
// keeps the database's word, so that the transaction is run again.
func raced(op string, err error) error { return fmt.Errorf("%s: %w", op, err) }

// notFound is wrap for a query that must return one row of the named thing,
// such as "customer".
func notFound(op, what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", op, loyalty.Missing(what))
	}
	return wrap(op, err)
}

// IsAway says whether the database was away or too busy, so that the same may
// well succeed in a moment.
func IsAway(err error) bool {
	if e, ok := errors.AsType[*pq.Error](err); ok {
		switch e.Code {
		case pqerror.QueryCanceled, pqerror.LockNotAvailable, pqerror.AdminShutdown, pqerror.CrashShutdown,
			pqerror.CannotConnectNow, pqerror.IdleInTransactionSessionTimeout, pqerror.ReadOnlySQLTransaction:
			return true
		}
		class := string(e.Code.Class())
		return class == "08" || class == "53" || retryable(err) // connection lost; out of resources
	}
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	_, network := errors.AsType[net.Error](err)
	return network
}

// retryable says whether PostgreSQL broke the transaction off for a reason
// that is gone when it is run again.
func retryable(err error) bool {
	e, ok := errors.AsType[*pq.Error](err)
	if !ok {
		return false
	}
	switch e.Code {
	case pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected, codeRetry:
		return true
	}
	return isRaced(e) || isStale(err)
}

// isStale says whether a prepared statement has outlived the schema it was
// prepared on, or the session.
func isStale(err error) bool {
	e, ok := errors.AsType[*pq.Error](err)
	if !ok {
		return false
	}
	return e.Code == pqerror.InvalidSQLStatementName ||
		e.Code == pqerror.FeatureNotSupported && strings.HasPrefix(e.Message, "cached plan")
}

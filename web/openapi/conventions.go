package openapi

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// refusal is one status that refuses a request, whatever was asked.
type refusal struct {
	name, codes, description, example string
	retryAfter                        string // name of the header component, "" for none
}

// refusals are the error answers of API.md except 409, whose codes differ by
// operation.
var refusals = map[int]refusal{
	400: {name: "BadRequest", codes: "BAD_REQUEST, VALIDATION_ERROR",
		description: "`BAD_REQUEST` the body is not JSON or has an unknown field; `VALIDATION_ERROR` with every bad field in `details`.",
		example:     `{ code: VALIDATION_ERROR, message: "Some fields are not right. See details.", details: [{ field: limit, message: "must be 1 to 100" }] }`},
	401: {name: "Unauthorized", codes: "UNAUTHORIZED", description: "No API key, or one that does not work.",
		example: `{ code: UNAUTHORIZED, message: "Send a valid API key as Authorization: Bearer <key>." }`},
	403: {name: "Forbidden", codes: "FORBIDDEN", description: "The key lacks the scope, which the message names.",
		example: `{ code: FORBIDDEN, message: "This needs the permission loyalty:create." }`},
	404: {name: "NotFound", codes: "NOT_FOUND", description: "No such thing, or not one this key may see.",
		example: `{ code: NOT_FOUND, message: "There is no such customer." }`},
	413: {name: "TooLarge", codes: "BODY_TOO_LARGE", description: "The body is over 1 MiB.",
		example: `{ code: BODY_TOO_LARGE, message: "The body is over 1 MiB." }`},
	415: {name: "NotJSON", codes: "UNSUPPORTED_MEDIA_TYPE", description: "The body is not sent as application/json.",
		example: `{ code: UNSUPPORTED_MEDIA_TYPE, message: "Send the body as application/json." }`},
	422: {name: "KeyReused", codes: "IDEMPOTENCY_KEY_REUSED", description: "The Idempotency-Key was used for another request.",
		example: `{ code: IDEMPOTENCY_KEY_REUSED, message: "This Idempotency-Key was used for another request." }`},
	429: {name: "RateLimited", codes: "RATE_LIMITED", description: "Too many requests with this key.", retryAfter: "RetryAfter",
		example: `{ code: RATE_LIMITED, message: "Too many requests. Try again in 1 second." }`},
	500: {name: "Internal", codes: "INTERNAL", description: "Our mistake. The answer names the request, never the cause.",
		example: `{ code: INTERNAL, message: "Something went wrong here. Quote the request id.", requestId: 018f2f40-1b22-7c01-8e44-90ab12cd34ef }`},
	503: {name: "Unavailable", codes: "UNAVAILABLE", description: "Nothing is wrong with the request; try again soon.", retryAfter: "MayRetryAfter",
		example: `{ code: UNAVAILABLE, message: "Not available just now. Try again soon." }`},
}

// surface is how the answers of one group of paths look.
type surface struct{ prefix, schema, envelope string }

func surfaceOf(path string) surface {
	if strings.HasPrefix(path, "/v1/loyalty") {
		return surface{prefix: "Org", schema: "OrgError", envelope: "success: false, "}
	}
	return surface{schema: "Error"}
}

// applyConventions adds what holds for every operation alike, so that the
// documents need to say only what is particular to one.
func applyConventions(doc *yaml.Node) error {
	addRefusals(doc)
	for path, item := range pairs(get(doc, "paths")) {
		for method, op := range pairs(item) {
			if !isMethod(method) {
				continue
			}
			if strings.HasPrefix(path, "/v1/") {
				if text(op, "x-scope") == "" {
					return fmt.Errorf("%s %s: no x-scope", method, path)
				}
				describe(op, method, path, get(item, "parameters") != nil)
			}
			for _, res := range pairs(get(op, "responses")) {
				if get(res, "$ref") == nil {
					set(child(res, "headers", yaml.MappingNode), "X-Request-Id", parse(`{ $ref: '#/components/headers/RequestId' }`))
				}
			}
		}
	}
	return nil
}

// addRefusals puts one response per refusal and style into the components.
func addRefusals(doc *yaml.Node) {
	responses := child(get(doc, "components"), "responses", yaml.MappingNode)
	for _, s := range []surface{surfaceOf("/v1/loyalty"), surfaceOf("/v1/stores")} {
		for _, status := range slices.Sorted(maps.Keys(refusals)) {
			r := refusals[status]
			res := refused(s, r.description, r.codes, r.example)
			set(get(res, "headers"), "X-Request-Id", parse(`{ $ref: '#/components/headers/RequestId' }`))
			if r.retryAfter != "" {
				set(get(res, "headers"), "Retry-After", parse(`{ $ref: '#/components/headers/%s' }`, r.retryAfter))
			}
			set(responses, s.prefix+r.name, res)
		}
	}
}

func refused(s surface, description, codes, example string) *yaml.Node {
	res := parse(`
description: ''
headers: {}
content:
  application/json:
    schema:
      allOf:
        - { $ref: '#/components/schemas/%s' }
        - { properties: { error: { properties: { code: { enum: [%s] } } } } }
    example: { %serror: %s }`, s.schema, codes, s.envelope, example)
	set(res, "description", str(description))
	return res
}

// describe gives one operation its credential, its key header and the answers
// that refuse it.
func describe(op *yaml.Node, method, path string, inPath bool) {
	set(op, "security", parse(`[{ apiKey: [%s] }]`, text(op, "x-scope")))
	writes := method == "post" || method == "patch"
	if writes {
		params := child(op, "parameters", yaml.SequenceNode)
		params.Content = append(params.Content, parse(`{ $ref: '#/components/parameters/IdempotencyKey' }`))
		for _, res := range pairs(get(op, "responses")) {
			set(child(res, "headers", yaml.MappingNode), "Idempotency-Replayed", parse(`{ $ref: '#/components/headers/Replayed' }`))
		}
	}
	statuses := []int{401, 403, 429, 500, 503}
	if get(op, "parameters") != nil || get(op, "requestBody") != nil {
		statuses = append(statuses, 400)
	}
	if inPath || text(op, "x-missing") == "true" {
		statuses = append(statuses, 404)
	}
	if get(op, "requestBody") != nil {
		statuses = append(statuses, 413, 415)
	}
	if writes {
		statuses = append(statuses, 422)
	}
	s, responses := surfaceOf(path), get(op, "responses")
	if res := conflict(s, op, writes); res != nil {
		set(responses, "409", res)
	}
	for _, status := range statuses {
		set(responses, fmt.Sprint(status), parse(`{ $ref: '#/components/responses/%s%s' }`, s.prefix, refusals[status].name))
	}
	sortResponses(responses)
	drop(op, "x-missing")
	drop(op, "x-conflicts")
	drop(op, "x-conflict-notes")
}

// conflictNotes say what a code means where the operation says nothing itself.
var conflictNotes = map[string]string{
	"INSUFFICIENT_POINTS":     "The balance is too low.",
	"OUT_OF_STOCK":            "None of it is left.",
	"LIMIT_REACHED":           "The customer had as many of it as one may have.",
	"NOT_AVAILABLE":           "The reward is inactive, outside its window, or not for this store or tier.",
	"ACCOUNT_FROZEN":          "A frozen account neither earns nor spends.",
	"ALREADY_FULFILLED":       "The redemption was used already.",
	"NO_ACTIVE_PROGRAM":       "No program is active.",
	"CONFLICT":                "What is there already does not allow it.",
	"IDEMPOTENCY_IN_PROGRESS": "The first request with this Idempotency-Key still runs.",
}

func conflict(s surface, op *yaml.Node, keyed bool) *yaml.Node {
	var codes []string
	if listed := get(op, "x-conflicts"); listed != nil {
		for _, c := range listed.Content {
			codes = append(codes, c.Value)
		}
	}
	if keyed {
		codes = append(codes, "IDEMPOTENCY_IN_PROGRESS")
	}
	if len(codes) == 0 {
		return nil
	}
	var lines []string
	for _, c := range codes {
		note := text(op, "x-conflict-notes", c)
		if note == "" {
			note = conflictNotes[c]
		}
		lines = append(lines, "* `"+c+"` "+note)
	}
	return refused(s, "The present state refuses it.\n\n"+strings.Join(lines, "\n"), strings.Join(codes, ", "),
		fmt.Sprintf("{ code: %s, message: %q }", codes[0], conflictNotes[codes[0]]))
}

func sortResponses(responses *yaml.Node) {
	sorted := &yaml.Node{Kind: yaml.MappingNode}
	byStatus := maps.Collect(pairs(responses))
	for _, status := range slices.Sorted(maps.Keys(byStatus)) {
		set(sorted, status, byStatus[status])
	}
	responses.Content = sorted.Content
}

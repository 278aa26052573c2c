"""Each threat and each fault that the product must withstand, and what proves that it does.

The tests are named "file::test", the files below tests/, and the drills of `manage drill`; a number without a proof
says why. test_threats.py sees to it that what is named exists.
"""

HERE = "security/test_threats.py"
MARKUP = "security/test_stored_markup.py"
FUZZ = "security/test_fuzz.py"

THREATS: dict[int, tuple[str, list[str]]] = {
    1: (
        "forged requests",
        ["security/test_csrf.py::test_no_post_without_a_token", "security/test_csrf.py::test_no_get_changes_a_row"],
    ),
    2: ("stored scripts", [f"{MARKUP}::test_no_stored_script_runs", f"{MARKUP}::test_no_stored_element_comes_in"]),
    3: (
        "scripts by import and file names",
        ["imports/test_doors.py", f"{MARKUP}::test_no_stored_script_runs"],
    ),
    4: ("HTML in mails", ["campaigns/test_texts.py"]),
    5: (
        "hostile pictures",
        [
            "core/test_pictures.py::test_a_polyglot_becomes_a_plain_picture",
            "core/test_pictures.py::test_what_is_no_picture_is_refused_in_words",
        ],
    ),
    6: ("HTML in PDFs", ["invoices/test_documents.py"]),
    7: (
        "formulas",
        [
            "exports/test_lists.py::test_formulas_stay_texts",
            "importers/test_tables.py",
            f"{HERE}::test_tables_are_written_in_one_place",
        ],
    ),
    8: ("import bombs", ["importers/test_reading.py"]),
    9: ("zip bombs, entities", ["importers/test_reading.py"]),
    10: ("slow patterns", ["importers/test_values.py::test_hostile_cells_are_answered_at_once"]),
    11: ("picture bombs", ["core/test_pictures.py::test_a_bomb_is_refused_before_it_is_decoded"]),
    12: (
        "path traversal",
        [
            "files/test_hostile_files.py",
            "files/test_documents.py",
            f"{HERE}::test_no_address_leads_to_a_file_of_the_machine",
        ],
    ),
    13: ("others' ids", ["test_leaks.py::test_every_door_answers_as_if_there_were_nothing"]),
    14: (
        "mass assignment",
        [
            f"{HERE}::test_protected_columns_are_set_by_nobody",
            "contacts/test_saving.py::test_the_form_sets_nothing_but_its_fields",
        ],
    ),
    15: ("stolen sessions", ["security/test_sessions.py::test_a_copied_cookie_and_an_old_token_die"]),
    16: (
        "cookies, host",
        ["security/test_headers.py::test_cookie_flags", "security/test_headers.py::test_a_foreign_host_is_refused"],
    ),
    17: ("known users", ["security/test_logins.py::test_all_refusals_are_alike"]),
    18: (
        "content policy",
        ["security/test_headers.py::test_each_page_has_a_nonce_of_its_own", f"{MARKUP}::test_no_stored_script_runs"],
    ),
    19: (
        "framing, sniffing, size",
        [
            "security/test_headers.py::test_every_answer_has_the_headers",
            "security/test_errors.py::test_a_huge_body_is_refused_unread",
        ],
    ),
    20: (
        "guessing by form",
        [
            "security/test_logins.py::test_the_sixth_try_must_wait",
            "security/test_logins.py::test_without_its_store_a_login_works",
        ],
    ),
    21: ("guessing by REST", ["security/test_logins.py::test_form_and_rest_share_the_count"]),
    22: (
        "weak secrets",
        [
            "security/test_start.py::test_a_weak_secret_refuses_to_start",
            "security/test_start.py::test_there_is_no_default_password",
        ],
    ),
    23: ("mail headers", ["mailing/test_message.py::test_a_subject_stays_in_its_header"]),
    24: ("floods of a form", ["webforms/test_sending.py::test_a_flood_is_held_back"]),
    25: ("robots", ["webforms/test_sending.py::test_robots_get_thanks_and_nothing_else"]),
    26: ("foreign origins", ["webforms/test_sending.py", "security/test_headers.py"]),
    27: ("redirects", ["security/test_redirects.py::test_other_redirects_lead_to_us"]),
    28: ("leaks in lists", ["test_leaks.py::test_all_reads_the_same_with_and_without", "core/test_access_hook.py"]),
    29: (
        "leaks in files and mails",
        [
            "exports/test_lists.py::test_a_right_lost_meanwhile_counts",
            "reports/test_mails.py::test_each_gets_his_own_numbers",
        ],
    ),
    30: (
        "leaks by likeness",
        [
            "imports/test_merging.py::test_a_hidden_match_is_no_match",
            "webforms/test_sending.py::test_who_is_hidden_from_the_forms_owner_is_not_known",
        ],
    ),
    31: ("filters as oracles", [f"{FUZZ}::test_the_described_interface", f"{FUZZ}::test_hostile_filters_and_orders"]),
    32: ("requests to inside", ["core/test_fetching.py"]),
    33: (
        "secrets at rest",
        [
            "mailing/test_server.py::test_the_password_never_comes_out",
            "mailing/test_server.py::test_another_secret_key_is_said_and_not_fatal",
        ],
    ),
    34: ("secrets in logs", ["ops/test_logs.py::test_errors_are_told_without_the_values_of_rows"]),
    35: (
        "forged unsubscribing",
        ["campaigns/test_pages.py::test_a_forged_link_is_no_link", "campaigns/test_pages.py::test_unsubscribing"],
    ),
    36: ("mail loops", ["mailing/test_message.py::test_a_machine_is_told_not_to_answer"]),
    37: ("numbers of invoices", ["invoices/test_numbering.py"]),
    38: (
        "the same thing twice",
        ["security/test_once.py::test_two_clicks_at_once", "contacts/test_saving.py::test_two_people_at_one_record"],
    ),
    39: ("foreign code", [f"{HERE}::test_each_requirement_is_pinned_by_its_hash"]),
    40: (
        "errors and side doors",
        ["security/test_errors.py::test_a_failure_shows_an_id_that_the_log_has", f"{HERE}::test_nothing_else_listens"],
    ),
}

FAULTS: dict[int, tuple[str, list[str]]] = {
    1: (
        "worker killed in an import",
        ["faults/test_imports.py::test_killed_twice_and_the_queue_wiped", "drill orphans"],
    ),
    2: (
        "worker killed while mailing",
        ["faults/test_mailings.py::test_workers_killed_and_the_queue_wiped", "drill kills"],
    ),
    3: ("killed while a PDF is made", ["drill kills"]),
    4: (
        "killed in an export or report",
        ["exports/test_runs.py", "reports/test_mails.py::test_killed_before_the_commit_it_begins_anew", "drill kills"],
    ),
    5: (
        "message that kills",
        ["faults/test_imports.py::test_a_file_that_kills_its_worker_is_given_up", "drill doubled-messages"],
    ),
    6: ("queue away", ["drill queue-down", "faults/test_imports.py::test_the_sweep_finds_what_was_lost"]),
    7: ("queue stopped under workers", ["drill queue-down"]),
    8: ("queue emptied", ["drill queue-wiped"]),
    9: ("queue full", ["drill queue-full"]),
    10: ("database restarted", ["drill database-restart", "faults/test_imports.py::test_the_database_goes_away"]),
    11: ("database killed", ["drill database-killed"]),
    12: ("locked table", ["drill locks"]),
    13: ("disk full at an upload", ["drill disk-full", f"{HERE}::test_no_room_for_a_file_is_said"]),
    14: ("disk full for the database", ["not played: a small disk needs an administrator's rights; seen as 10 and 13"]),
    15: ("mail server away", ["mailing/test_sending.py::test_a_server_that_is_away_loses_nothing"]),
    16: ("mail server wants time", ["mailing/test_sending.py::test_it_is_given_up_after_four_days"]),
    17: ("address refused", ["mailing/test_sending.py::test_the_servers_words_are_kept"]),
    18: ("mail server has enough", ["mailing/test_queue.py::test_a_server_that_has_enough"]),
    19: (
        "slow mail server",
        ["mailing/test_sending.py::test_a_line_that_breaks", "mailing/test_queue.py::test_few_senders_at_a_time"],
    ),
    20: ("no answer to a mail", ["mailing/test_queue.py::test_a_dropped_answer_is_one_in_doubt"]),
    21: (
        "clock stopped for long",
        [
            "faults/test_reminders.py::test_schedulers_that_are_killed",
            "reports/test_mails.py::test_what_was_missed_is_made_up_for_once",
        ],
    ),
    22: ("two clocks", ["faults/test_reminders.py::test_schedulers_that_are_killed"]),
    23: ("clock set, summer time", ["tasks/test_due.py", "tasks/test_reminders.py"]),
    24: (
        "messages doubled and turned",
        ["drill doubled-messages", "mailing/test_sending.py::test_many_workers_at_once_send_one_mail"],
    ),
    25: ("many readers", ["measured by `manage bench`, no test: a shared machine's times say nothing"]),
    26: ("upgrade with messages under way", ["ops/test_upgrade.py", "drill doubled-messages"]),
    27: ("backup and restore", ["ops/test_backups.py::test_restored_elsewhere_it_is_the_same"]),
}

"""What the tests of the reply-trimming suites expect, by the numbers of the lines of their mails; none of their words.

"1-5 ?7-8" says: lines 1 to 5 are the author's own, 7 and 8 may be or may not (their tests do not judge them), all other
lines are not. Mails that no test of their suite judges have no answer here.
"""

from __future__ import annotations

from typing import Final

_LATIN: Final = (
    *("7", "8", "9", "10", "11", "12", "13", "14", "16", "17", "18", "22", "23", "24", "25", "26", "portuguese"),
    *("german", "german_2", "german_outlook", "norwegian_gmail", "finnish", "italian", "russian", "msn"),
    *("outlook_split_line_from", "gmail_split_line_from", "ios_outlook_fr", "ios_outlook", "fr_multiline"),
    *("french_2", "en_multiline_2", "original_message", "original_message_2", "danish_dash_separator"),
    *("french_dash_separator", "tricky_5_mixed_languages", "tricky_10_special_chars_in_name"),
    *("tricky_12_no_space_after_header", "tricky_14_long_quote_header"),
    "tricky_15_original_message_variations",
)

CRISP: Final = {f"email_{name}": "1-5" for name in _LATIN} | {
    "correct_sig": "1",
    "sig_no_empty_line": "1",
    "email_1": "1-7",
    "email_2": "1 9-34",
    "email_3": "1-5",
    "email_4": "1",
    "email_5": "1-15",
    "email_6": "1-3",
    "email_15": "1-5 ?9-11",
    "email_german_3": "1-5 ?9",
    "email_one_is_not_on": "1-5",
    "email_sent_from": "1",
    "email_emoji": "1-7",
    "email_not_a_signature": "1-16",
    "email_not_a_signature_2": "1-10",
    "email_reply_header": "1-11",
    "email_zoho": "1-2",
    "email_with_regards": "1-5",
    "email_tricky_1_on_false_positive": "1-6",
    "email_tricky_2_url_with_wrote": "1-5 ?7-8",
    "email_tricky_3_code_block": "1-12",
    "email_tricky_6_regards_in_sentence": "1-7",
    "email_tricky_7_multiple_dashes": "1-15",
    "email_tricky_8_sent_from_in_content": "1-5",
    "email_tricky_9_nested_quotes": "1",
    "email_tricky_11_double_signature": "1 ?3-4",
    "email_tricky_13_timestamp_variations": "1-9",
    "email_tricky_16_unicode_signatures": "1 ?3-10",
    "email_tricky_17_forward_header": "1",
    "email_tricky_19_quote_without_header": "1 7 12",
    "email_tricky_20_html_entities": "1-3",
}

GITHUB: Final = {
    "correct_sig": "1",
    "email_1_1": "1-5",
    "email_1_2": "1 9-34",
    "email_1_3": "1-3",
    "email_1_4": "1",
    "email_1_5": "1-15",
    "email_1_6": "1-3",
    "email_1_7": "1",
    "email_1_8": "13 19",
    "email_2_1": "1",
    "email_2_2": "1",
    "email_2_3": "1",
    "email_BlackBerry": "1",
    "email_bullets": "1-9",
    "email_iPhone": "1",
    "email_multi_word_sent_from_my_mobile_device": "1",
    "email_one_is_not_on": "1-5",
    "email_sent_from_my_not_signature": "1-3",
    "email_sig_delimiter_in_middle_of_line": "1-7",
    "greedy_on": "1-6",
    "pathological": "1-2",
}

MAIL_PARSER_REPLY: Final = {
    "begins_with_signature": "1-4",
    "email_1_1": "1-5",
    "email_1_3": "1-3",
    "email_1_4": "1",
    "email_1_5": "1-15",
    "email_1_6": "1 ?3",
    "email_1_7": "1",
    "email_2_1": "1 ?4",
    "email_2_3": "1",
    "email_3_1": "1-3",
    "email_danish_1": "1-3",
    "email_danish_2": "1-3",
    "email_danish_3": "1-3",
    "email_danish_4": "1-3",
    "email_danish_5": "1-3",
    "email_headers_no_delimiter": "1",
    "email_ja_1_1": "1",
    "email_ja_1_2": "1-5 ?8",
    "email_nl_1_1": "1-4 ?6",
    "email_nl_1_2": "1 ?4",
    "email_pl_1_1": "5-7 ?1-3",
    "email_pl_1_2": "6-8 ?1-4 ?10-11",
    "email_pl_1_3": "5-7 ?1-3",
    "email_sent_from_BlackBerry": "1",
    "email_sent_from_iPhone": "1",
    "email_sent_from_multi_word_mobile_device": "1",
    "email_sent_from_not_signature": "1-3",
    "email_sv_anon_1": "1-4 ?6-8",
    "email_swedish_1": "1-5 ?7-8",
    "email_swedish_2": "1-5",
}

QUOTEQUAIL: Final = {
    "apple_forward.html": "test blah",
    "apple_reply.html": "Foo Bar",
    "gmail_forward.html": "test blah",
    "thunderbird_forward.html": "",
    "mailru_forward.html": "",
}
"""What stands above the quote or the forwarded mail: placeholders, not words of a person."""

_QUOTE: Final = "keeps a quote that words answer, or that is all there is; to us a quote is one wherever it stands"
_FAREWELL: Final = "keeps a farewell typed by hand; to us, and to github and mail-parser-reply, it is a signature"
_FORWARDED: Final = (
    "takes the mail below a group of header fields, or all of a forwarded mail, for the sender's own words"
)

DIFFERENCES: Final = {
    "discourse/embedded_email_7": _QUOTE,
    "discourse/embedded_email_16": _QUOTE,
    "discourse/embedded_email_17": _QUOTE,
    "discourse/quote_and_text": _QUOTE,
    "discourse/quote_only": _QUOTE,
    "discourse/email_headers_5": _FAREWELL,
    "discourse/embedded_ception": _FAREWELL,
    "discourse/embedded_email_19": _FAREWELL,
    "discourse/embedded_email_swedish": _FAREWELL,
    "discourse/forwarded_message": _FORWARDED,
    "discourse/before_embedded_email_10": "looks for the innermost mail; to us the outermost begins what is quoted",
    "crisp/email_1": _FAREWELL,
    "crisp/email_3": _FAREWELL,
    "crisp/email_not_a_signature": _FAREWELL,
    "crisp/email_emoji": "keeps name, office and handle below a dash that stands alone; to us that is a signature",
    "mail-parser-reply/email_pl_1_1": _FORWARDED,
    "mail-parser-reply/email_pl_1_2": _FORWARDED,
    "mail-parser-reply/email_pl_1_3": _FORWARDED,
    "talon/reply-separated-by-hr.html": "drops a name that shares its element with the quote; to us it stands above it",
}
"""Where we differ on purpose, and why. These are not passes."""

"""A mail address in a line that has slipped by a column is in no text people read."""


def test_mail_addresses_are_masked_in_the_texts_of_rejects(warehouse):
    warehouse.deliver(
        "listening/users/u.csv",
        b"user_id,country,total_scrobbles\n"
        b"1,Germany,10\n"
        b"canary@example.com,Germany,7\n"
        b"2,Germany,canary@example.com\n",
    )
    texts = warehouse.rows("rejects", "raw_text", "detail")
    assert len(texts) == 2
    assert not any("canary" in text for row in texts for text in row)
    assert {raw for raw, _ in texts} == {
        "***@***,Germany,7",
        "2,Germany,***@***",
    }

"""Pure helpers without a domain: ids, error kinds, paging, phone numbers, text."""

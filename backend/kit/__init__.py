"""Pure helpers without a domain: ids, error kinds, money, paging, phone numbers, text."""

"""Which invoice a payment pays: what its purpose says, the decision table, and the facts both are given (R11, R12).

reading     what a purpose of payment says: numbers, contract, services, VAT; pure
rules       the decision table; pure
facts       the invoices that may be meant, read from the database for many payments at once
"""

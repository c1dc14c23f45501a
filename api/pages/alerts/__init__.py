"""The pages of mails: what a person is told about a client, and the link that ends it."""

"""What pages and programs share: navigation, tables, forms, charts, the API's frame."""

-- How a branch presents itself in its messages. Null: as the company does (COMPANY_NAME, COMPANY_SITE, FEEDBACK_URL,
-- LOGO_URL); without a greeting and without buttons to answer with.
alter table branches
  add column brand_name text,
  add column site text,
  add column feedback_url text,
  add column logo_url text,
  add column phone text,
  -- In place of the company's name under the text.
  add column signature text,
  add column greeting boolean,
  -- `ok` and `question`, under messages about money.
  add column buttons text[];

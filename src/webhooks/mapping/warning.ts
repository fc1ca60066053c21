/** Something the sender should know although the event was taken. `field` is the sender's own name. */
export type Warning = { code: WarningCode; field?: string; message: string }

export type WarningCode =
  | 'amount_rounded'
  | 'branch_timezone'
  | 'charset_guessed'
  | 'compression_unmarked'
  | 'content_type'
  | 'date_empty'
  | 'date_future'
  | 'date_of_document'
  | 'date_without_time'
  | 'duplicate_key'
  | 'encoded_twice'
  | 'field_ignored'
  | 'phone_ignored'
  | 'phone_landline'
  | 'phones_several'
  | 'status_conflict'
  | 'status_missing'
  | 'text_cleaned'
  | 'text_cut'
  | 'z_not_utc'

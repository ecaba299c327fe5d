import 'millrace/storage'

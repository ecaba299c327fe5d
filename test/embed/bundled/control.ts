import 'millrace/control'

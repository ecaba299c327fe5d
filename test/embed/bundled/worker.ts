export { default } from 'millrace/worker'

// oxlint-disable-next-line import/no-default-export -- the worker pool asks for the default export
export { default } from 'millrace/worker'

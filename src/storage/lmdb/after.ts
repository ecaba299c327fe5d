import { restore } from './before.ts'

restore()

export { examine } from './doctor/doctor.ts';
export type { Diagnosis, DoctorOptions } from './doctor/doctor.ts';
export type { Code, Finding, Severity } from './doctor/codes.ts';
export type { Step } from './asker.ts';

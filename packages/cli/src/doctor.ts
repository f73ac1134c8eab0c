export { examine } from './doctor/doctor.ts';
export type { Diagnosis, DoctorOptions } from './doctor/doctor.ts';
export type { Code, Severity } from './doctor/codes.ts';
export type { Finding } from './doctor/finding.ts';
export type { AskerOptions, Step } from './doctor/ask/asker.ts';

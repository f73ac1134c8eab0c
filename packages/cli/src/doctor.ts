export { examine } from './doctor/doctor.ts';
export type { Diagnosis, DoctorOptions } from './doctor/doctor.ts';
export type { Code } from './doctor/codes.ts';
export type { Severity } from './doctor/codes/code-entry.ts';
export type { Finding } from './doctor/finding.ts';
export type { AskerOptions, Step } from './doctor/ask/asker.ts';

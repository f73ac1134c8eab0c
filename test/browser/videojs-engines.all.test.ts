import { describeEngines } from '../support/engine-tests.ts';

describeEngines('Video.js');

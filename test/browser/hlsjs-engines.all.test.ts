import { describeEngines } from '../support/engine-tests.ts';

describeEngines('hls.js');

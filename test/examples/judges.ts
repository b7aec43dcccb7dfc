import { pythonVenv, type Venv } from '../support/python-venv.ts';

/**
 * What judges the examples: parliament (IAM policies), kubernetes-validate (manifests, with Kubernetes' own schemas),
 * python-hcl2 (Terraform); and hvac, which one of them uses. parliament needs setuptools' pkg_resources.
 */
const PACKAGES = [
  'hvac==2.4.0',
  'kubernetes-validate==1.37.0',
  'parliament==1.6.4',
  'python-hcl2==8.1.4',
  'setuptools==80.9.0',
];

export const judges = (): Promise<Venv> => pythonVenv('examples', PACKAGES);

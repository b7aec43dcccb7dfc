/** One call to the cloud that brings it nearer to the desired state. All but `create` may be repeated safely. */
export type Step =
  | {
      readonly action:
        /** Look for the object of an attempt whose answer was lost. */
        'find' | 'create' | 'import' | 'enable' | 'disable' | 'set_current' | 'remove';
      readonly version: number;
    }
  | { readonly action: 'remove_name' }
  /** An object that was replaced as it seemed to be gone, and may be there all the same. */
  | { readonly action: 'remove_replaced'; readonly remoteId: string };

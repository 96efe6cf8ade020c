package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.status.ApiException;

/** Asks others whether something may be written or deleted, and what they would have otherwise. No lock is held meanwhile. Thread-safe. */
public interface Admission {

    /** Nobody is asked. */
    Admission NONE = new Admission() {
        @Override
        public boolean isIdle() {
            return true;
        }

        @Override
        public void mutate(AdmissionRequest request) {
            // nobody changes anything
        }

        @Override
        public void validate(AdmissionRequest request) {
            // nobody refuses anything
        }
    };

    /** Asks one after the other. */
    static Admission inOrder(Admission... all) {
        return new Admission() {
            @Override
            public boolean isIdle() {
                for (Admission each : all) {
                    if (!each.isIdle()) {
                        return false;
                    }
                }
                return true;
            }

            @Override
            public void mutate(AdmissionRequest request) {
                for (Admission each : all) {
                    each.mutate(request);
                }
            }

            @Override
            public void validate(AdmissionRequest request) {
                for (Admission each : all) {
                    each.validate(request);
                }
            }
        };
    }

    /** Whether there is nobody to ask: what most writes come to, so it costs next to nothing. */
    boolean isIdle();

    /**
     * Lets others change the object.
     *
     * @throws ApiException
     *             when one of them refuses it, or cannot be asked
     */
    void mutate(AdmissionRequest request);

    /**
     * Lets others refuse the request.
     *
     * @throws ApiException
     *             when one of them refuses it, or cannot be asked
     */
    void validate(AdmissionRequest request);
}

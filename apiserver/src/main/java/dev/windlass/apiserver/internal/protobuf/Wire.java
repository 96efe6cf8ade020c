package dev.windlass.apiserver.internal.protobuf;

/** The wire types of protobuf that Kubernetes uses. */
final class Wire {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int GROUP_START = 3;
    static final int GROUP_END = 4;
    static final int FIXED32 = 5;

    private Wire() {
    }
}

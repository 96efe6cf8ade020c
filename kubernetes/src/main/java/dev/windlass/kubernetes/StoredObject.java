package dev.windlass.kubernetes;

/** An object as the store keeps it: its identity and its JSON. The bytes are never handed out and never written. */
final class StoredObject extends Identity {

    private final byte[] json;

    StoredObject(ObjectKey key, String uid, String resourceVersion, byte[] json) {
        super(key, uid, resourceVersion);
        this.json = json;
    }

    byte[] json() {
        return json;
    }

    @Override
    Identity bare() {
        return new Identity(this);
    }
}

package dev.windlass.modules.internal.proof;

import org.jspecify.annotations.Nullable;

/** A class of a dump: where its record is, and where its instances have references. */
final class DumpedClass {

    private final long id;
    private final String name;
    private final long superId;
    private final long loaderId;
    private final long statics;
    private final long[] fieldNames;
    private final byte[] fieldTypes;

    /**
     * @param id its own, as that of an object
     * @param superId 0 of {@code Object}
     * @param loaderId 0 of the JVM's own loader
     * @param statics where the number of its static fields is
     * @param fieldNames the identifiers of the names of its own instance fields
     * @param fieldTypes their types
     */
    DumpedClass(long id, String name, long superId, long loaderId, long statics, long[] fieldNames, byte[] fieldTypes) {
        this.id = id;
        this.name = name;
        this.superId = superId;
        this.loaderId = loaderId;
        this.statics = statics;
        this.fieldNames = fieldNames;
        this.fieldTypes = fieldTypes;
    }

    long id() {
        return id;
    }

    String name() {
        return name;
    }

    long superId() {
        return superId;
    }

    long loaderId() {
        return loaderId;
    }

    long statics() {
        return statics;
    }

    int fields() {
        return fieldTypes.length;
    }

    long fieldName(int which) {
        return fieldNames[which];
    }

    int fieldType(int which) {
        return fieldTypes[which];
    }

    /** Where an instance has its references. */
    static final class Layout {

        final int[] places;
        final long[] names;
        /** Which of them is the one of a weak, soft or phantom reference; -1 if none is. */
        final int referent;
        final boolean soft;

        private Layout(int[] places, long[] names, int referent, boolean soft) {
            this.places = places;
            this.names = names;
            this.referent = referent;
            this.soft = soft;
        }
    }

    /** What a search wants to know of its superclasses. */
    interface Classes {

        @Nullable
        DumpedClass find(long id);

        String text(long id);
    }

    static int size(int type) {
        return switch (type) {
            case 2, 7, 11 -> 8;
            case 6, 10 -> 4;
            case 5, 9 -> 2;
            case 4, 8 -> 1;
            default -> throw new IllegalArgumentException("there is no type " + type + " in a dump");
        };
    }

    static final int OBJECT = 2;
    static final int LONG = 11;

    /** Fields stand in the order of the classes, from this one up. */
    Layout layout(Classes classes) {
        int count = 0;
        boolean reference = false;
        boolean soft = false;
        for (DumpedClass type = this; type != null; type = classes.find(type.superId)) {
            for (byte field : type.fieldTypes) {
                count += field == OBJECT ? 1 : 0;
            }
            reference |= type.name.equals("java.lang.ref.Reference");
            soft |= type.name.equals("java.lang.ref.SoftReference");
        }
        int[] places = new int[count];
        long[] names = new long[count];
        int referent = -1;
        int next = 0;
        int place = 0;
        for (DumpedClass type = this; type != null; type = classes.find(type.superId)) {
            for (int i = 0; i < type.fieldTypes.length; i++) {
                if (type.fieldTypes[i] == OBJECT) {
                    places[next] = place;
                    names[next] = type.fieldNames[i];
                    if (reference && type.name.equals("java.lang.ref.Reference")
                            && classes.text(names[next]).equals("referent")) {
                        referent = next;
                    }
                    next++;
                }
                place += size(type.fieldTypes[i]);
            }
        }
        return new Layout(places, names, referent, soft);
    }
}

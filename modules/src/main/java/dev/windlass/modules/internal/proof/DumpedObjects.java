package dev.windlass.modules.internal.proof;

import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The objects of a dump, and their references. Confined to one thread. */
final class DumpedObjects {

    /** Is given references one by one. */
    interface Visitor {

        /** @param which which of the object's references it is, for {@link #label} */
        void visit(long id, int which);
    }

    /** The places of the references of a class that are no fields; fields and elements are counted from 0. */
    private static final int ITS_CLASS = -1;
    private static final int ITS_SUPERCLASS = -2;
    private static final int ITS_LOADER = -3;
    private static final int ITS_SIGNERS = -4;
    private static final int ITS_DOMAIN = -5;

    private static final Set<String> PERMANENT = Set.of("jdk.internal.loader.ClassLoaders$AppClassLoader",
            "jdk.internal.loader.ClassLoaders$PlatformClassLoader");

    private final HeapDump dump;
    private final LongMap layoutOf = new LongMap();
    private final List<DumpedClass.Layout> layouts = new ArrayList<>();
    private final Map<Long, Boolean> permanent = new HashMap<>();
    private final Set<Long> ours = new HashSet<>();

    DumpedObjects(HeapDump dump) {
        this.dump = dump;
        ours.add(0L);
        for (DumpedClass type : dump.classes()) {
            if (type.name().equals(LoaderReference.class.getName())) {
                for (long loader = type.loaderId(); ours.add(loader);) {
                    loader = field(loader, "parent");
                }
            }
        }
    }

    /** Whether a class loader lives as long as the JVM, or as this library at least. */
    boolean isPermanent(long loader) {
        return permanent.computeIfAbsent(loader, _ -> ours.contains(loader) || PERMANENT.contains(typeName(loader)));
    }

    /** What kind of object it is: {@code class shop.Till} for a class. */
    String typeName(long id) {
        DumpedClass self = dump.find(id);
        if (self != null) {
            return "class " + readable(self.name());
        }
        DumpedClass type = typeOf(id);
        return type == null ? primitives(id) : readable(type.name());
    }

    /** Arrays as they are written: {@code java.lang.Object[]}. */
    private static String readable(String name) {
        int dimensions = name.lastIndexOf('[') + 1;
        if (dimensions == 0) {
            return name;
        }
        String element = name.charAt(dimensions) == 'L'
                ? name.substring(dimensions + 1, name.length() - 1)
                : name.substring(dimensions);
        return element + "[]".repeat(dimensions);
    }

    private String primitives(long id) {
        long place = dump.placeOf(id);
        return place != 0 && dump.int1(place) == HeapDump.PRIMITIVE_ARRAY ? "array of primitives" : "?";
    }

    /** The class of an object; null of classes, arrays of primitives and what is not there. */
    @Nullable
    DumpedClass typeOf(long id) {
        long place = dump.placeOf(id);
        return place == 0 ? null : switch (dump.int1(place)) {
            case HeapDump.INSTANCE -> dump.find(dump.id(place + 13));
            case HeapDump.OBJECT_ARRAY -> dump.find(dump.id(place + 17));
            default -> null;
        };
    }

    boolean isA(long id, String className) {
        for (DumpedClass type = typeOf(id); type != null; type = dump.find(type.superId())) {
            if (type.name().equals(className)) {
                return true;
            }
        }
        return false;
    }

    /** What a field refers to; 0 when there is no such field. */
    long field(long id, String name) {
        long place = dump.placeOf(id);
        if (place == 0 || dump.int1(place) != HeapDump.INSTANCE) {
            return 0;
        }
        DumpedClass.Layout layout = layout(dump.id(place + 13));
        for (int i = 0; i < layout.places.length; i++) {
            if (dump.text(layout.names[i]).equals(name)) {
                return dump.id(place + 25 + layout.places[i]);
            }
        }
        return 0;
    }

    /** The text of a string; empty when it is none. */
    String string(long id) {
        long value = isA(id, "java.lang.String") ? dump.placeOf(field(id, "value")) : 0;
        if (value == 0 || dump.int1(value) != HeapDump.PRIMITIVE_ARRAY) {
            return "";
        }
        byte[] bytes = dump.bytes(value + 18, dump.int4(value + 13));
        boolean wide = primitive(id, "coder") != 0;
        return new String(bytes, wide ? utf16() : StandardCharsets.ISO_8859_1);
    }

    private static Charset utf16() {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                ? StandardCharsets.UTF_16LE
                : StandardCharsets.UTF_16BE;
    }

    /** The value of a field of a primitive type of one or eight bytes; 0 when there is none. */
    long primitive(long id, String name) {
        long at = dump.placeOf(id) + 25;
        for (DumpedClass type = typeOf(id); type != null; type = dump.find(type.superId())) {
            for (int i = 0; i < type.fields(); i++) {
                if (dump.text(type.fieldName(i)).equals(name)) {
                    return type.fieldType(i) == DumpedClass.LONG ? dump.id(at) : dump.int1(at);
                }
                at += DumpedClass.size(type.fieldType(i));
            }
        }
        return 0;
    }

    private DumpedClass.Layout layout(long type) {
        int known = (int) layoutOf.get(type, -1);
        if (known >= 0) {
            return layouts.get(known);
        }
        DumpedClass found = dump.find(type);
        if (found == null) {
            throw new IllegalArgumentException("the dump has instances of a class that it does not have");
        }
        DumpedClass.Layout layout = found.layout(dump);
        layoutOf.put(type, layouts.size());
        layouts.add(layout);
        return layout;
    }

    /**
     * All strong references of an object, to its class among them.
     *
     * @param soft whether soft ones count too
     */
    void references(long place, boolean soft, Visitor visitor) {
        switch (dump.int1(place)) {
            case HeapDump.INSTANCE -> {
                long type = dump.id(place + 13);
                visitor.visit(type, ITS_CLASS);
                DumpedClass.Layout layout = layout(type);
                for (int i = 0; i < layout.places.length; i++) {
                    if (i != layout.referent || (soft && layout.soft)) {
                        visitor.visit(dump.id(place + 25 + layout.places[i]), i);
                    }
                }
            }
            case HeapDump.OBJECT_ARRAY -> {
                visitor.visit(dump.id(place + 17), ITS_CLASS);
                int length = dump.int4(place + 13);
                for (int i = 0; i < length; i++) {
                    visitor.visit(dump.id(place + 25 + 8L * i), i);
                }
            }
            case HeapDump.CLASS_DUMP -> ofClass(place, visitor);
            default -> {
                // an array of primitives
            }
        }
    }

    private void ofClass(long place, Visitor visitor) {
        visitor.visit(dump.id(place + 13), ITS_SUPERCLASS);
        visitor.visit(dump.id(place + 21), ITS_LOADER);
        visitor.visit(dump.id(place + 29), ITS_SIGNERS);
        visitor.visit(dump.id(place + 37), ITS_DOMAIN);
        DumpedClass type = dump.find(dump.id(place + 1));
        if (type == null) {
            return;
        }
        long at = type.statics() + 2;
        for (int i = 0; i < dump.int2(type.statics()); i++) {
            if (dump.int1(at + 8) == DumpedClass.OBJECT) {
                visitor.visit(dump.id(at + 9), i);
            }
            at += 9 + DumpedClass.size(dump.int1(at + 8));
        }
    }

    /** What one of an object's references is called. */
    String label(long place, int which) {
        return switch (which) {
            case ITS_CLASS -> "its class";
            case ITS_SUPERCLASS -> "its superclass";
            case ITS_LOADER -> "its class loader";
            case ITS_SIGNERS -> "its signers";
            case ITS_DOMAIN -> "its protection domain";
            default -> switch (dump.int1(place)) {
                case HeapDump.OBJECT_ARRAY -> "[%d]".formatted(which);
                case HeapDump.CLASS_DUMP -> "static " + staticName(place, which);
                default -> dump.text(layout(dump.id(place + 13)).names[which]);
            };
        };
    }

    private String staticName(long place, int which) {
        DumpedClass type = dump.find(dump.id(place + 1));
        if (type == null) {
            return "?";
        }
        long at = type.statics() + 2;
        for (int i = 0; i < which; i++) {
            at += 9 + DumpedClass.size(dump.int1(at + 8));
        }
        return dump.text(dump.id(at));
    }
}

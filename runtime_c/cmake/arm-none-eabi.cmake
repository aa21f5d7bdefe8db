# Cross compiling for Cortex-M with arm-none-eabi-gcc:
#
#   cmake -S out -B build -DCMAKE_TOOLCHAIN_FILE=.../runtime_c/cmake/arm-none-eabi.cmake
#
# -DTINYTS_CORE=cortex-m7 (default), cortex-m4, cortex-m33, cortex-m3 or cortex-m0plus.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_ASM_COMPILER arm-none-eabi-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

set(TINYTS_CORE cortex-m7 CACHE STRING "The core that is compiled for")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TINYTS_CORE)
if(TINYTS_CORE STREQUAL cortex-m7 OR TINYTS_CORE STREQUAL cortex-m33)
    set(TINYTS_FLOAT -mfpu=fpv5-sp-d16 -mfloat-abi=hard)
elseif(TINYTS_CORE STREQUAL cortex-m4)
    set(TINYTS_FLOAT -mfpu=fpv4-sp-d16 -mfloat-abi=hard)
elseif(TINYTS_CORE STREQUAL cortex-m3 OR TINYTS_CORE STREQUAL cortex-m0plus)
    set(TINYTS_FLOAT -mfloat-abi=soft)
else()
    message(FATAL_ERROR "TINYTS_CORE=${TINYTS_CORE} is not known; see ${CMAKE_CURRENT_LIST_FILE}")
endif()
add_compile_options(-mcpu=${TINYTS_CORE} -mthumb ${TINYTS_FLOAT})
add_compile_options(-ffunction-sections -fdata-sections)
add_link_options(-mcpu=${TINYTS_CORE} -mthumb ${TINYTS_FLOAT} -Wl,--gc-sections)
set(CMAKE_C_FLAGS_RELEASE_INIT "-O3")

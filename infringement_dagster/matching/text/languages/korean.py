"""Korean."""

from __future__ import annotations

from infringement_dagster.matching.text.languages.table import LanguageTable

KOREAN = LanguageTable(
    code="ko",
    refers={"호환": "호환 Veldora 배터리"},
    refers_after={
        "호환 | 호환용 | 용 | 전용 | 대응 | 와 호환 | 과 호환 | 에 맞는 | 사용 가능 | 사용가능 | 장착 가능": (
            "Veldora 호환 케이스"
        ),
        "대체 | 대체품 | 교체용": "Veldora 대체 필터",
    },
    accessories={
        "케이스 | 커버 | 배터리 | 충전기 | 케이블 | 스트랩 | 거치대 | 필터 | 필름 | 잉크 | 토너 | 부품 | "
        "액세서리 | 스트링 | 보빈 | 바늘 | 노즐 | 칼날 | 날 | 체인 | 레인커버 | 전구 | 호스 | 타이어 | 패킹 | 개스킷 | 캡 | 후드": "케이스 블랙 Veldora용",
    },
    purposes={
        "남성 | 여성 | 남자 | 여자 | 아동 | 유아 | 어린이 | 강아지 | 고양이 | 성인 | 입문 | 초보 | 대형견 | 소형견": "Veldora 남성용 신발",
        "가정 | 사무 | 여행 | 겨울 | 여름 | 선물 | 야외 | 실내": "Veldora 가정용 러그",
        "러닝 | 헬스 | 요가 | 등산 | 캠핑 | 낚시 | 골프 | 축구": "Veldora 러닝용 신발",
    },
    conditions={
        "used": {"중고 | 중고품 | 사용감 | 구제 | 빈티지 중고": "Veldora 재킷 중고"},
        "refurbished": {"리퍼 | 리퍼비시 | 리퍼브 | 재생품": "Veldora 플레이어 리퍼"},
        "for_parts": {"부품용 | 고장품 | 고장난 | 정크 | 작동불가": "Veldora 노트북 부품용"},
        "open_box": {"개봉품 | 개봉 | 단순개봉 | 전시품": "Veldora 스피커 개봉품"},
        "new_with_tags": {"택포함 | 택있음 | 새상품 택 | 택달린": "Veldora 재킷 택포함"},
        "lot": {"일괄 | 도매": "Veldora 셔츠 일괄"},
        "bundle": {"묶음 | 번들": "Veldora 보틀 묶음"},
    },
    replicas={
        "admits_copy": {
            "레플리카 | 짝퉁 | 이미테이션 | 복제품 | 모조품 | 가품 | 레플": "Veldora 가방 레플리카",
        },
        "likens": {"저렴이 | 느낌의": "Veldora 저렴이 후드"},
        "quality_grade": {"미러급 | 정품급 | sa급 | 특s급 | s급 | 1대1": "Veldora 가방 미러급"},
    },
    harmless={
        "용량 | 용품": "Veldora 용량 500",
        "레플리카 유니폼": "Veldora 레플리카 유니폼",
        "미개봉 | 미사용": "Veldora 미개봉 스피커",
    },
    denials_after={"아님 | 아닙니다": "Veldora 가방 레플리카 아님"},
    store_lines={
        "* 스토어 방문하기 | * 스토어 방문": "Veldora 스토어 방문하기",
        "브랜드: *": "브랜드: Veldora",
    },
)
